import Estimates

/// What is true of the salary scenario, whatever sample is drawn.
public struct SalaryTruth: Sendable {
  /// Creates the description.
  public init() {}

  /// Means of base and raise over the five departments.
  public var means: (base: Double, raise: Double) {
    let all = SalaryScenario.departments
    let count = Double(all.count)
    return (all.reduce(0) { $0 + $1.base } / count, all.reduce(0) { $0 + $1.raise } / count)
  }

  /// Covariance of (base, raise) over the five departments, a finite population: sums of products divided by `divisor`.
  ///
  /// With divisor J = 5 it is the population's own covariance; with J − 1 = 4 it is what an estimate of Σ from these five groups aims at.
  public func covariance(divisor: Int) -> [[Double]] {
    let (base, raise) = means
    var sums = [[0.0, 0.0], [0.0, 0.0]]
    for d in SalaryScenario.departments {
      let deviation = [d.base - base, d.raise - raise]
      for i in 0..<2 { for k in 0..<2 { sums[i][k] += deviation[i] * deviation[k] } }
    }
    return sums.map { $0.map { $0 / Double(divisor) } }
  }

  /// The correlation of base and raise over the departments.
  public var correlation: Double {
    let c = covariance(divisor: 1)
    return c[0][1] / (c[0][0] * c[1][1]).squareRoot()
  }

  /// Average residual variance over departments and the ten equally likely years of experience 0, …, 9.
  public var pooledNoiseVariance: Double {
    var sum = 0.0
    for d in SalaryScenario.departments {
      for x in 0..<10 { sum += d.noiseVariance(atExperience: Double(x)) }
    }
    return sum / Double(SalaryScenario.departments.count * 10)
  }

  /// The truth as addressed numbers: `truth.department.sociology.base`, `.raise`, `.residual_sd_at_0`, …, `truth.sd.base`, `truth.correlation`.
  public var estimates: Estimates {
    var rows: [EstimateRow] = []
    for d in SalaryScenario.departments {
      func row(_ name: String, _ value: Double) {
        rows.append(
          EstimateRow(
            ["truth", "department", d.name, name], effect: .truth, group: "department", level: d.name,
            term: name,
            [.init("estimate", value)]))
      }
      row("base", d.base)
      row("raise", d.raise)
      for x in [0, 5, 9] {
        row("residual_sd_at_\(x)", d.noiseVariance(atExperience: Double(x)).squareRoot())
        row("residual_variance_at_\(x)", d.noiseVariance(atExperience: Double(x)))
      }
    }
    func scalar(_ parts: [String], _ value: Double) {
      rows.append(EstimateRow(["truth"] + parts, effect: .truth, [.init("estimate", value)]))
    }
    let sample = covariance(divisor: SalaryScenario.departments.count - 1)
    let population = covariance(divisor: SalaryScenario.departments.count)
    scalar(["mean", "base"], means.base)
    scalar(["mean", "raise"], means.raise)
    scalar(["sd", "base"], sample[0][0].squareRoot())
    scalar(["sd", "raise"], sample[1][1].squareRoot())
    scalar(["population_sd", "base"], population[0][0].squareRoot())
    scalar(["population_sd", "raise"], population[1][1].squareRoot())
    scalar(["correlation"], correlation)
    scalar(["residual_sd"], pooledNoiseVariance.squareRoot())
    return Estimates(rows)
  }

  /// The truth as a JSON document: per department base, raise and the coefficients of Var(ε | x) = constant + quadratic·x²; Σ of the finite population
  /// under both divisors.
  public func json(seed: Int, count: Int, stream: String) -> JSONValue {
    let relative = SalaryScenario.relativeVariance
    let size = SalaryScenario.departments.count
    func sigma(_ divisor: Int) -> JSONValue {
      .object([
        ("divisor", .integer(divisor)), ("terms", .strings(["(Intercept)", "experience"])),
        ("covariance", .array(covariance(divisor: divisor).map { .numbers($0) })),
        ("sd", .numbers((0..<2).map { covariance(divisor: divisor)[$0][$0].squareRoot() })),
        ("correlation", .number(correlation)),
      ])
    }
    return .object([
      ("scenario", .string("salary")), ("seed", .integer(seed)), ("n", .integer(count)),
      ("stream", .string(stream)),
      (
        "departments",
        .array(
          SalaryScenario.departments.map { d in
            .object([
              ("department", .string(d.name)), ("base", .number(d.base)), ("raise", .number(d.raise)),
              (
                "residual_variance",
                .object([
                  ("formula", .string("(base^2 + raise^2 x^2) * 0.04 / 12")),
                  ("constant", .number(d.base * d.base * relative)),
                  ("quadratic", .number(d.raise * d.raise * relative)),
                ])
              ),
            ])
          })
      ),
      (
        "mean",
        .object([("(Intercept)", .number(means.base)), ("experience", .number(means.raise))])
      ),
      ("finite_population_covariance", .array([sigma(size), sigma(size - 1)])),
      ("pooled_residual_variance", .number(pooledNoiseVariance)),
    ])
  }
}
