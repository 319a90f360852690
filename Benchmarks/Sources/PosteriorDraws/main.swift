// Median time of one warm call of a Bayesian mixed model, formula text to the draws of 4 chains × (1,000 + 1,000) on one thread, in milliseconds; the median of the
// calls' minimum bulk effective sample sizes over fixed effects, standard deviations, correlations, sigma and all levels' coefficients; that minimum per second.
// Call i has the seed i.
// usage: PosteriorDraws DATA.csv FORMULA FACTORS PRIORS CALLS [binomial]
import BayesianModels
import Glibc
import MixedModels
import ModelFormula
import Tables

let arguments = CommandLine.arguments
let usage = "usage: PosteriorDraws DATA.csv FORMULA FACTORS slides|slides-sd|default CALLS [binomial]"
guard arguments.count == 6 || arguments.count == 7 && arguments[6] == "binomial",
  let calls = Int(arguments[5]), calls > 0, let file = fopen(arguments[1], "rb")
else {
  print(usage)
  exit(64)
}
var bytes: [UInt8] = []
var chunk = [UInt8](repeating: 0, count: 1 << 16)
while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
fclose(file)
let table = try DataTable(csv: bytes, file: arguments[1])
let roles = ColumnRoles(factors: Set(arguments[3].split(separator: ",").map(String.init)))

/// The priors that an argument names.
func priors(of likelihood: BayesianMixedModel.Likelihood) -> ModelPriors {
  guard let named = NamedPriors(rawValue: arguments[4]) else {
    print(usage)
    exit(64)
  }
  return named.priors(of: likelihood)
}

/// One call.
func call(seed: Int) throws -> BayesianFit {
  let likelihood: BayesianMixedModel.Likelihood =
    arguments.count == 6
    ? .linear(try LinearMixedModel(arguments[2], data: table, roles: roles))
    : .generalized(
      try GeneralizedLinearMixedModel(arguments[2], data: table, family: .binomial, roles: roles))
  return try BayesianMixedModel(likelihood, priors: priors(of: likelihood)).sample(
    SamplingPlan(chains: 4, draws: 1000, warmup: 1000, seed: UInt64(seed), threads: 1))
}

/// The minimum bulk effective sample size. Effects are counted as the levels' coefficients.
func leastSize(_ fit: BayesianFit) -> Double {
  fit.summaries().filter { $0.quantity.kind != .effect }.map {
    $0.diagnostics.bulkEffectiveSampleSize ?? 0
  }.min() ?? 0
}

for i in 0..<calls / 10 + 1 { _ = try call(seed: calls + 1 + i) }
let clock = ContinuousClock()
var (times, sizes, rates): ([Double], [Double], [Double]) = ([], [], [])
for i in 0..<calls {
  let start = clock.now
  let fit = try call(seed: i + 1)
  let spent = (clock.now - start).components
  let seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
  let size = leastSize(fit)
  times.append(seconds * 1e3)
  sizes.append(size)
  rates.append(size / seconds)
}
print(times.sorted()[calls / 2], sizes.sorted()[calls / 2], rates.sorted()[calls / 2])
