// Processor time in milliseconds of a model and its fit, the table being in memory (median of some calls), of the model alone, and the criterion.
// usage: LargeFit DATA.csv FORMULA FACTOR[,FACTOR…] [CALLS]
import Glibc
import MixedModels
import ModelFormula
import Tables

let arguments = CommandLine.arguments
guard arguments.count >= 4, let file = fopen(arguments[1], "rb") else {
  print("usage: LargeFit DATA.csv FORMULA FACTOR[,FACTOR…] [CALLS]")
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])
let roles = ColumnRoles(factors: Set(arguments[3].split(separator: ",").map(String.init)))
let calls = arguments.count > 4 ? Int(arguments[4]) ?? 7 : 7

func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}
var times: [Double] = []
var models: [Double] = []
var criterion = 0.0
for _ in 0..<calls {
  let start = processorTime()
  let model = try LinearMixedModel(arguments[2], data: table, roles: roles)
  models.append(processorTime() - start)
  criterion = try model.fit().criterion
  times.append(processorTime() - start)
}
times.sort()
models.sort()
print(times[calls / 2], models[calls / 2], criterion)
