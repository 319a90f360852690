// Processor time in milliseconds of profile intervals and of a bootstrap of 1,000 replicates, on one core: medians of some calls.
// usage: Intervals DATA.csv FORMULA FACTOR CALLS
import Glibc
import MixedModels
import ModelFormula
import Tables

let arguments = CommandLine.arguments
guard arguments.count == 5, let calls = Int(arguments[4]), let file = fopen(arguments[1], "rb") else {
  print("usage: Intervals DATA.csv FORMULA FACTOR CALLS")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])
let roles = ColumnRoles(factors: [arguments[3]])
let fit = try LinearMixedModel(arguments[2], data: table, roles: roles).fit()

func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}
func median(_ body: () throws -> Double) rethrows -> Double {
  var times: [Double] = []
  var sink = 0.0
  for _ in 0..<calls {
    let start = processorTime()
    sink += try body()
    times.append(processorTime() - start)
  }
  precondition(sink.isFinite, "no interval was finite")
  times.sort()
  return times[calls / 2]
}
let profile = try median { try fit.profileIntervals().reduce(0) { $0 + $1.lower } }
let bootstrap = median {
  ParametricBootstrap(fit, count: 1000, seed: 1).intervals().reduce(0) { $0 + $1.lower }
}
print(profile, bootstrap)
