import Plotting

extension FigureLayout {
  /// What is wrong with a drawing, in words; nothing for one that a journal could print.
  ///
  /// Texts lie on the canvas, apart from each other, 7 points high or more (8 where Chinese), with a contrast of 4.5; lines and dots of full colour have 3,
  /// but for the grid, white edges and the pale inside of bands; every number is finite; title and description say something.
  public func faults(theme: Theme = .print, pale: [Colour] = []) -> [String] {
    var faults: [String] = []
    let canvas = Rectangle(x: 0, y: 0, width: scene.size.width, height: scene.size.height)
    let boxes = scene.texts.map { ($0, textBox($0)) }
    for (i, (run, box)) in boxes.enumerated() {
      let text = run.text
      if !canvas.contains(box) { faults.append("'\(text)' leaves the canvas") }
      for (other, second) in boxes.dropFirst(i + 1) where box.overlap(with: second) > 0 {
        faults.append("'\(text)' over '\(other.text)'")
      }
      let isChinese = text.unicodeScalars.contains { $0.value >= 0x2E80 && $0.value < 0xFDD0 }
      let least = (isChinese ? 8.0 : 7) * theme.scale - 1e-9
      if run.font.size < least { faults.append("'\(text)' is \(run.font.size) points high") }
      if run.colour != .white, run.colour.contrast(against: .white) < 4.5 {
        faults.append("'\(text)' is pale")
      }
    }
    let excused = Set(pale + [.white, theme.gridColour])
    func check(_ colour: Colour?, _ what: String) {
      guard let colour, colour.alpha == 1, !excused.contains(colour) else { return }
      if colour.contrast(against: .white) < 3 { faults.append("\(what) in \(colour.hexText) is pale") }
    }
    func check(_ command: DrawingCommand) {
      switch command {
      case .path(let lines, let fill, let stroke):
        check(fill, "an area")
        check(stroke?.colour, "a line")
        if !lines.allSatisfy({ $0.points.allSatisfy { $0.x.isFinite && $0.y.isFinite } }) {
          faults.append("a line goes nowhere")
        }
      case .circle(let centre, let radius, let fill, let stroke):
        check(fill, "a dot")
        check(stroke?.colour, "a dot's edge")
        if !(centre.x.isFinite && centre.y.isFinite && radius.isFinite) { faults.append("a dot is nowhere") }
      case .copies(_, let parts): for part in parts { check(part) }
      case .text, .beginClip, .endClip, .beginPicture, .endPicture: break
      }
    }
    for command in scene.commands { check(command) }
    for (what, words) in [("title", scene.title), ("description", scene.summary)] {
      if words.isEmpty { faults.append("no \(what)") }
      for slip in ["nan", "inf ", "  ", "Optional"] where words.contains(slip) {
        faults.append("'\(slip)' in the \(what): \(words)")
      }
      if words.unicodeScalars.contains(where: MathText.isMark) { faults.append("a script in the \(what)") }
    }
    return faults
  }
}
