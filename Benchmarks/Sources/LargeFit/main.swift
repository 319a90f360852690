// Processor time in milliseconds of a model and its fit, the table being in memory (median of some calls), and of the model alone.
// usage: LargeFit DATA.csv
import Glibc
import MixedModels
import ModelFormula
import Tables

let arguments = CommandLine.arguments
guard arguments.count == 2, let file = fopen(arguments[1], "rb") else {
  print("usage: LargeFit DATA.csv")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])

func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}
var times: [Double] = []
var models: [Double] = []
var sink = 0.0
for _ in 0..<7 {
  let start = processorTime()
  let model = try LinearMixedModel("y ~ x + (1 + x | g)", data: table, roles: ColumnRoles(factors: ["g"]))
  models.append(processorTime() - start)
  sink += try model.fit().criterion
  times.append(processorTime() - start)
}
times.sort()
models.sort()
print(times[3], models[3])
precondition(sink.isFinite, "no work was done")
