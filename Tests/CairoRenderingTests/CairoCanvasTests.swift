import Plotting
import Testing

@testable import CairoRendering

@Suite struct CairoCanvasTests {
  @Test("Pixels have the colours of the scene, and a clip keeps what is outside white")
  func pixels() throws {
    var scene = Scene(size: Size(width: 100, height: 50))
    scene.commands.append(.beginClip(Rectangle(x: 0, y: 0, width: 50, height: 50)))
    scene.commands.append(
      .path([box(x: 20, y: 10, width: 60, height: 20)], fill: Colour(hex: 0xD55E00), stroke: nil))
    scene.commands.append(.endClip)
    scene.commands.append(
      .circle(centre: Point(80, 25), radius: 10, fill: Colour(hex: 0x0072B2), stroke: nil))
    let image = try PNGImage(FigureRenderer().png(scene, dpi: 144))
    #expect(image.width == 200 && image.height == 100)
    #expect(image.pixel(x: 2, y: 2) == [255, 255, 255])
    #expect(image.pixel(x: 60, y: 40) == [0xD5, 0x5E, 0x00])
    #expect(image.pixel(x: 110, y: 40) == [255, 255, 255], "clipped")
    #expect(image.pixel(x: 160, y: 50) == [0x00, 0x72, 0xB2])
  }

  @Test("Text is drawn where its origin says, upright and turned")
  func text() throws {
    var scene = Scene(size: Size(width: 100, height: 100))
    scene.commands.append(.text(TextRun("HHHH", at: Point(10, 30), font: FontStyle(size: 10))))
    scene.commands.append(.text(TextRun("HHHH", at: Point(80, 90), font: FontStyle(size: 10), rotation: 90)))
    let image = try PNGImage(FigureRenderer().png(scene, dpi: 72))
    let upright = image.darkBox(x: 0..<60, y: 0..<100)
    #expect(
      upright.x.lowerBound >= 10 && upright.x.upperBound <= 45 && upright.y.lowerBound >= 21
        && upright.y.upperBound <= 31)
    let turned = image.darkBox(x: 60..<100, y: 0..<100)
    #expect(
      turned.y.upperBound <= 91 && turned.y.lowerBound >= 55 && turned.x.lowerBound >= 71
        && turned.x.upperBound <= 81)
  }
}
