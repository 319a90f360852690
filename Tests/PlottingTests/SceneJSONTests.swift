import TestSupport
import Testing

@testable import Plotting

@Suite struct SceneJSONTests {
  @Test("The text of a small scene, whole")
  func wholeText() {
    var scene = Scene(
      size: Size(width: 100, height: 50.25), slug: "s", title: "a \"b\"", summary: "line\nbreak",
      language: "zh-CN")
    scene.line(
      from: Point(0, 1.00004), to: Point(2.5, 1e-9), stroke: Stroke(.black, width: 0.5, dash: [5, 2.5]))
    scene.commands.append(
      .circle(centre: Point(1, 2), radius: 3, fill: Colour(hex: 0x0072B2, alpha: 0.5), stroke: nil))
    scene.commands.append(.beginClip(Rectangle(x: 1, y: 2, width: 3, height: 4)))
    scene.commands.append(
      .text(TextRun("图", at: Point(1, 2), font: FontStyle(size: 9, bold: true), rotation: 90, halo: .white)))
    scene.commands.append(.endClip)
    #expect(
      scene.json == """
        {
        "width":100,"height":50.25,
        "slug":"s","language":"zh-CN",
        "title":"a \\"b\\"",
        "description":"line\\nbreak",
        "background":"#FFFFFF",
        "commands":[
        {"kind":"path","lines":[{"closed":false,"points":[[0,1],[2.5,0]]}],"stroke":{"colour":"#000000","width":0.5,"dash":[5,2.5]}},
        {"kind":"circle","centre":[1,2],"radius":3,"fill":{"rgb":"#0072B2","alpha":0.5}},
        {"kind":"beginClip","x":1,"y":2,"width":3,"height":4},
        {"kind":"text","text":"图","origin":[1,2],"size":9,"bold":true,"rotation":90,"colour":"#000000","halo":"#FFFFFF"},
        {"kind":"endClip"}
        ]}

        """)
  }
}
