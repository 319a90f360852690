// Processor time of one fit of a new response by a prepared model, in microseconds, and how many allocations a hundred of them make: beside a control.
// usage: RepeatedFits GROUPS ROWS-A-GROUP intercept|slope CALLS
import Glibc
import MixedModels
import ModelFormula
import Tables

/// Standard normal numbers by polar rejection on SplitMix64.
struct Normals {
  var state: UInt64
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
  mutating func next() -> Double {
    while true {
      let (u, v) = (2 * uniform() - 1, 2 * uniform() - 1)
      let s = u * u + v * v
      if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
    }
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let groups = Int(arguments[1]), let rows = Int(arguments[2]),
  let calls = Int(arguments[4])
else {
  print("usage: RepeatedFits GROUPS ROWS-A-GROUP intercept|slope CALLS")
  exit(64)
}
let slope = arguments[3] == "slope"
let n = groups * rows
var stream = Normals(state: 1)
let x = (0..<n).map { _ in 10 * stream.uniform() }
let g = (0..<n).map { Double($0 / rows) }
/// y = 1 + x/2 + b₀ + b₁x + ε, standard deviations 1, 0.3 and 1.
let responses = (0..<200).map { _ -> [Double] in
  let intercepts = (0..<groups).map { _ in stream.next() }
  let slopes = (0..<groups).map { _ in slope ? 0.3 * stream.next() : 0 }
  return (0..<n).map { i in
    1 + x[i] / 2 + intercepts[i / rows] + slopes[i / rows] * x[i] + stream.next()
  }
}
let table = DataTable([Column("y", responses[0]), Column("x", x), Column("g", g)])
let model = try LinearMixedModel(
  slope ? "y ~ x + (1 + x | g)" : "y ~ x + (1 | g)", data: table, roles: ColumnRoles(factors: ["g"]))

/// Fits the responses in turn and uses what comes out.
final class Loop {
  let workspace: RepeatedFit
  let responses: [[Double]]
  var sink = 0.0
  var evaluations = 0

  init(_ model: LinearMixedModel, _ responses: [[Double]]) throws {
    workspace = try RepeatedFit(model)
    self.responses = responses
  }

  func run(_ count: Int) throws {
    for k in 0..<count {
      let y = responses[k % responses.count]
      try workspace.fit(y.span)
      sink += workspace.criterion + workspace.theta[0] + workspace.fixedEffects[0]
      evaluations += workspace.evaluationCount
    }
  }
}
let loop = try Loop(model, responses)
try loop.run(400)
loop.evaluations = 0

/// Allocations so far, where the counter of Benchmarks/run is loaded.
typealias Counter = @convention(c) () -> Int
let counter = dlsym(nil, "allocations_counted").map { unsafeBitCast($0, to: Counter.self) }
var allocations = "not counted"
if let counter {
  let start = counter()
  try loop.run(200)
  let inLoop = counter() - start
  let before = counter()
  let control = (0..<200).map { _ in [Double](repeating: loop.sink, count: 4) }
  let seen = counter() - before
  loop.sink += control[0][0]
  precondition(seen >= 200, "the counter saw \(seen) of 200 allocations")
  allocations = "\(inLoop)"
  loop.evaluations = 0
}

/// Seconds of this process on a core: others may be at work on the machine.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
var times: [Double] = []
for _ in 0..<11 {
  let start = processorTime()
  try loop.run(calls)
  times.append((processorTime() - start) * 1e6 / Double(calls))
}
times.sort()
print(times[5], allocations, Double(loop.evaluations) / Double(11 * calls))
precondition(loop.sink != 0, "no work was done")
