// Wall time in milliseconds of the pooling plane, from the fit to the bytes of an SVG and of a PNG of 300 dpi, in a warm process: medians of some calls, and the
// size of the PNG.
// usage: Figures DATA.csv FORMULA CALLS
import CairoRendering
import Glibc
import MixedModels
import ModelFigures
import ModelFormula
import Plotting
import Tables

let arguments = CommandLine.arguments
guard arguments.count == 4, let calls = Int(arguments[3]), let file = fopen(arguments[1], "rb") else {
  print("usage: Figures DATA.csv FORMULA CALLS")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let fit = try LinearMixedModel(arguments[2], data: DataTable(csv: bytes, file: arguments[1])).fit()
let renderer = FigureRenderer()

func median(calls: Int = calls, _ body: () throws -> Int) rethrows -> (milliseconds: Double, size: Int) {
  let clock = ContinuousClock()
  var size = try body()
  var times: [Double] = []
  for _ in 0..<calls {
    let start = clock.now
    size = try body()
    times.append((clock.now - start) / .milliseconds(1))
  }
  times.sort()
  return (times[calls / 2], size)
}
/// Nothing is kept from call to call but the fit and the fonts, as in R.
func scene(_ fit: LinearMixedModelFit, _ renderer: FigureRenderer) throws -> Scene {
  try ModelFigureKind.poolingPlane.figure(of: fit).figure(in: .english).layout(measuring: renderer).scene
}
let svg = try median { try renderer.svg(scene(fit, renderer)).count }
let png = try median { try renderer.png(scene(fit, renderer), dpi: 300).count }
print(svg.milliseconds, png.milliseconds, png.size)
