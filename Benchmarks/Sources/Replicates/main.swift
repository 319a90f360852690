// Replicates a second of a Monte Carlo study on one core: a replicate is to draw the data, to fit them by REML and to record the squared error and the
// interval's coverage of every group's coefficients; and how many allocations a thousand of them make, beside a control.
// usage: Replicates GROUPS ROWS-A-GROUP means|intercepts|slopes REPLICATES      with ~20 rows a group: Poisson numbers of mean 20, at least 1, drawn anew
import Distributions
import Glibc
import MixedModels
import Studies

let arguments = CommandLine.arguments
let models = ["means": MomentModel.varyingMeans, "intercepts": .varyingIntercepts, "slopes": .varyingSlopes]
let drawsSizes = arguments.count > 2 && arguments[2].hasPrefix("~")
guard arguments.count == 5, let groups = Int(arguments[1]),
  let rows = Int(drawsSizes ? String(arguments[2].dropFirst()) : arguments[2]),
  let model = models[arguments[3]], let calls = Int(arguments[4])
else {
  print("usage: Replicates GROUPS [~]ROWS-A-GROUP means|intercepts|slopes REPLICATES")
  exit(64)
}
/// y = 1 + x/2 + b₀ + b₁x + ε with x ~ N(0, 1) drawn anew; standard deviations 1, 0.5 and 1.
let slopes = model == .varyingSlopes
let design = MomentDesign(
  sizes: drawsSizes
    ? .drawn(groupCount: groups) { sizes, stream in
      for j in sizes.indices { sizes[j] = max(1, Int(stream.poisson(mean: Double(rows)))) }
    } : .fixed([Int](repeating: rows, count: groups)),
  predictor: model == .varyingMeans ? .none : .normal(mean: 0, standardDeviation: 1),
  fixedEffects: (1, model == .varyingMeans ? 0 : 0.5),
  variances: .init(constant: 1, slope: slopes ? 0.5 : 0, correlation: slopes ? 0.3 : 0, residual: 1))

/// Runs replicates and keeps sums by group and coefficient.
final class Recorder {
  let kernel: MomentKernel
  let coefficients: Int
  let squares, covered: UnsafeMutablePointer<Double>
  var evaluations = 0
  var failures = 0
  var boundaries = 0

  init(_ design: MomentDesign, _ model: MomentModel) {
    kernel = MomentKernel(design, model: model, seed: 1, scenario: 0)
    coefficients = model.varyingCount
    let count = coefficients * design.groupCount
    squares = .allocate(capacity: count)
    covered = .allocate(capacity: count)
    squares.initialize(repeating: 0, count: count)
    covered.initialize(repeating: 0, count: count)
  }

  func run(_ replicates: Range<UInt32>) {
    let groups = kernel.groupCount
    for replicate in replicates {
      kernel.draw(replicate)
      switch kernel.fit(.reml) {
      case .ok: break
      case .boundary: boundaries += 1
      default: failures += 1
      }
      evaluations += kernel.result.evaluationCount
      for k in 0..<coefficients {
        let (truths, estimates, errors) = (
          kernel.truths(k), kernel.estimates(k), kernel.standardErrors(k)
        )
        for j in 0..<groups {
          let error = estimates[j] - truths[j]
          squares[k * groups + j] += error * error
          covered[k * groups + j] += abs(error) <= 1.959963984540054 * errors[j] ? 1 : 0
        }
      }
    }
  }
}
let recorder = Recorder(design, model)
recorder.run(0..<1000)

/// Allocations so far, where the counter of Benchmarks/run is loaded.
typealias Counter = @convention(c) () -> Int
let counter = dlsym(nil, "allocations_counted").map { unsafeBitCast($0, to: Counter.self) }
var allocations = "not counted"
if let counter {
  let start = counter()
  recorder.run(1000..<2000)
  let inLoop = counter() - start
  let before = counter()
  let control = (0..<1000).map { _ in [Double](repeating: recorder.squares[0], count: 4) }
  let seen = counter() - before
  precondition(seen >= 1000 && control.count == 1000, "the counter saw \(seen) of 1000 allocations")
  allocations = "\(inLoop)"
}

/// Seconds of this process on a core: others may be at work on the machine.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
(recorder.evaluations, recorder.failures, recorder.boundaries) = (0, 0, 0)
for k in 0..<recorder.coefficients * groups { recorder.covered[k] = 0 }
var rates: [Double] = []
for round in 0..<11 {
  let start = processorTime()
  let first = UInt32(2000 + round * calls)
  recorder.run(first..<first + UInt32(calls))
  rates.append(Double(calls) / (processorTime() - start))
}
rates.sort()
let total = Double(11 * calls)
var coverage = 0.0
for k in 0..<recorder.coefficients * groups { coverage += recorder.covered[k] }
coverage /= total * Double(recorder.coefficients * groups)
// Rate, allocations, evaluations, and shares: on the boundary, failed, covered.
print(
  rates[5], allocations, Double(recorder.evaluations) / total, Double(recorder.boundaries) / total,
  Double(recorder.failures) / total, coverage)
