// Median time of one warm call, formula text to standard errors and modes, in microseconds.
// usage: WarmFit DATA.csv FORMULA CALLS
import Glibc
import MixedModels
import Tables

let arguments = CommandLine.arguments
guard arguments.count == 4, let calls = Int(arguments[3]), let file = fopen(arguments[1], "rb") else {
  print("usage: WarmFit DATA.csv FORMULA CALLS")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])

/// One call: model and fit, with numbers that need standard errors, modes and their conditional standard deviations.
func call(_ formula: String, _ table: DataTable) throws -> Double {
  let fit = try LinearMixedModel(formula, data: table).fit(by: .reml)
  return fit.criterion + fit.fixedEffectStandardErrors[0] + fit.conditionalModes[0, 0]
    + fit.conditionalStandardDeviations[0, 0]
}

var sink = 0.0
for _ in 0..<calls / 10 + 1 { sink += try call(arguments[2], table) }
let clock = ContinuousClock()
var times: [Double] = []
for _ in 0..<calls {
  let start = clock.now
  sink += try call(arguments[2], table)
  times.append(Double((clock.now - start).components.attoseconds) / 1e12)
}
times.sort()
print(times[calls / 2])
precondition(sink != 0, "no work was done")
