import Tables

extension Prior: CustomStringConvertible {
  /// How it is written in files and tables, `normal(0, 31.62)`; four significant digits.
  public var description: String {
    func text(_ numbers: Double...) -> String {
      "(" + numbers.map(Prior.short).joined(separator: ", ") + ")"
    }
    switch self {
    case .flat: return "flat"
    case .normal(let mean, let sd): return "normal" + text(mean, sd)
    case .studentT(let nu, let location, let scale): return "t" + text(nu, location, scale)
    case .uniform(let lower, let upper): return "uniform" + text(lower, upper)
    case .halfNormal(let sd): return "half_normal" + text(sd)
    case .halfT(let nu, let scale): return "half_t" + text(nu, scale)
    case .halfCauchy(let scale): return "half_cauchy" + text(scale)
    case .exponential(let rate): return "exponential" + text(rate)
    case .inverseGamma(let shape, let scale): return "inverse_gamma" + text(shape, scale)
    }
  }

  /// Four significant digits, without zeros at the end.
  static func short(_ x: Double) -> String {
    guard x.isFinite, x != 0 else { return x == 0 ? "0" : "\(x)" }
    var digits = 3
    var size = abs(x)
    while size >= 10, digits > 0 {
      size /= 10
      digits -= 1
    }
    while size < 1, digits < 12 {
      size *= 10
      digits += 1
    }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let rounded = (x * power).rounded() / power
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
