// Processor time in milliseconds of a model and its fit, the table being in memory (median of some calls), of the model alone; the criterion; the time of the
// first call, which finds the levels of the factors; and the most memory in MB beyond what the process held with the table read.
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

/// A line of what the kernel knows of this process, in MB.
func memory(_ name: String) -> Double {
  guard let file = fopen("/proc/self/status", "r") else { return .nan }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(name) { return (Double(text.filter(\.isNumber)) ?? .nan) / 1024 }
  }
  return .nan
}
bytes = []
// The most memory so far is forgotten.
if let file = fopen("/proc/self/clear_refs", "w") {
  fputs("5", file)
  fclose(file)
}
let held = memory("VmRSS:")

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
let first = times[0]
times.sort()
models.sort()
print(times[calls / 2], models[calls / 2], criterion, first, memory("VmHWM:") - held)
