// Median time of one warm call of a generalized mixed model, formula text to standard errors and modes, in milliseconds, and -2 log L.
// usage: GeneralizedFit DATA.csv FORMULA FACTORS CALLS
import Glibc
import MixedModels
import ModelFormula
import Tables

let arguments = CommandLine.arguments
guard arguments.count == 5, let calls = Int(arguments[4]), let file = fopen(arguments[1], "rb") else {
  print("usage: GeneralizedFit DATA.csv FORMULA FACTORS CALLS")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])
let roles = ColumnRoles(factors: Set(arguments[3].split(separator: ",").map(String.init)))

/// One call: model and fit, with numbers that need standard errors, modes and their conditional standard deviations.
func call() throws -> (objective: Double, sum: Double) {
  let fit = try GeneralizedLinearMixedModel(arguments[2], data: table, family: .binomial, roles: roles).fit()
  let sum =
    fit.fixedEffectStandardErrors[0] + fit.conditionalModes[0, 0] + fit.conditionalStandardDeviations[0, 0]
  return (fit.criterion, sum)
}

var last = (objective: 0.0, sum: 0.0)
for _ in 0..<calls / 10 + 1 { last = try call() }
let clock = ContinuousClock()
var times: [Double] = []
for _ in 0..<calls {
  let start = clock.now
  last = try call()
  let spent = (clock.now - start).components
  times.append(Double(spent.seconds) * 1e3 + Double(spent.attoseconds) / 1e15)
}
times.sort()
print(times[calls / 2], last.objective)
precondition(last.sum.isFinite, "no numbers")
