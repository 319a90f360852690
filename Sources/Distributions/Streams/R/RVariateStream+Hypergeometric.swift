import Glibc

extension RVariateStream {
  /// White balls among `draws` drawn without replacement, R's `rhyper(1, white, black, draws)`.
  ///
  /// Inversion (HIN) where the mode is fewer than 10 above the least possible value, algorithm H2PE from
  /// there on.
  ///
  /// - Precondition: all three are at least 0 and below 2³¹, `draws` at most `white` + `black`; with one
  ///   possible value nothing is drawn.
  /// - Reference: Kachitvanichyanukul & Schmeiser (1985), doi:10.1080/00949658508810839.
  public mutating func hypergeometric(white: Int, black: Int, draws: Int) -> Int {
    precondition(
      white >= 0 && black >= 0 && white < 1 << 31 && black < 1 << 31 && draws >= 0 && draws <= white + black
        && draws < 1 << 31,
      "no hypergeometric distribution with \(white) white and \(black) black balls and \(draws) draws")
    // By symmetry the rarer colour is counted, and the smaller of the balls drawn and those left.
    let isLarge = 2 * draws >= white + black
    let urn = UrnDraw(
      rarer: min(white, black), other: max(white, black), draws: isLarge ? white + black - draws : draws)
    let k: Int
    if urn.least == urn.most {
      k = urn.most
    } else if urn.mode - urn.least < 10 {
      k = byInversion(urn)
    } else {
      k = byRejection(urn)
    }
    if isLarge { return white > black ? draws - black + k : white - k }
    return white > black ? draws - k : k
  }

  /// Algorithm HIN. Masses are scaled by 10²⁵, so that a small first one does not underflow.
  private mutating func byInversion(_ urn: UrnDraw) -> Int {
    let scale = 1e25
    let first = urn.scaledFirstMass
    while true {
      var k = urn.least
      var u = uniform() * scale
      var mass = first
      while u > mass {
        u -= mass
        mass *= Double(urn.rarer - k) * Double(urn.draws - k)
        k += 1
        mass = mass / Double(k) / Double(urn.other - urn.draws + k)
        if k > urn.most { break }
      }
      if k <= urn.most { return k }
    }
  }

  /// Algorithm H2PE: a rectangle in the middle, exponential tails.
  private mutating func byRejection(_ urn: UrnDraw) -> Int {
    let hat = UrnHat(urn)
    while true {
      let u = uniform() * hat.p3
      var v = uniform()
      let k: Int
      if u < hat.p1 {
        k = Int(hat.left + u)
      } else if u <= hat.p2 {
        k = Int(hat.left + Glibc.log(v) / hat.leftRate)
        if k < urn.least { continue }
        v *= (u - hat.p1) * hat.leftRate
      } else {
        k = Int(hat.right - Glibc.log(v) / hat.rightRate)
        if k > urn.most { continue }
        v *= (u - hat.p2) * hat.rightRate
      }
      if hat.accepts(k, v) { return k }
    }
  }
}

/// A hypergeometric distribution brought to standard form: rarer ≤ other, draws at most half.
private struct UrnDraw {
  let rarer: Int
  let other: Int
  let draws: Int

  var least: Int { max(0, draws - other) }
  var most: Int { min(rarer, draws) }
  var mode: Int { Int((Double(draws) + 1) * (Double(rarer) + 1) / (Double(rarer + other) + 2)) }

  /// 10²⁵ times the probability of the least value.
  var scaledFirstMass: Double {
    let logMass: Double
    if draws < other {
      logMass =
        logFactorialOfCount(other) + logFactorialOfCount(rarer + other - draws)
        - logFactorialOfCount(other - draws) - logFactorialOfCount(rarer + other)
    } else {
      logMass =
        logFactorialOfCount(rarer) + logFactorialOfCount(draws) - logFactorialOfCount(draws - other)
        - logFactorialOfCount(rarer + other)
    }
    return exp(logMass + 57.564627324851142)  // log 10²⁵
  }
}

/// log k! by three terms of Stirling's series, from a table up to 7: near enough for a test of acceptance.
private func logFactorialOfCount(_ k: Int) -> Double {
  if k < 8 { return LogFactorials.small[max(k, 0)] }
  let x = Double(k)
  return (x + 0.5) * Glibc.log(x) - x + 0.0833333333333333 / x - 0.00277777777777778 / x / x / x
    + 0.9189385332
}

private enum LogFactorials {
  static let small: [Double] = [
    0, 0, 0.69314718055994530941723212145817, 1.79175946922805500081247735838070,
    3.17805383034794561964694160129705, 4.78749174278204599424770093452324,
    6.57925121201010099506017829290394,
    8.52516136106541430016553103634712,
  ]
}

/// The hat of algorithm H2PE and its test of a proposal.
private struct UrnHat {
  let urn: UrnDraw
  let mode: Int
  /// log of the mode's factorials: the test compares with it.
  let atMode: Double
  let left: Double
  let right: Double
  let leftRate: Double
  let rightRate: Double
  let p1: Double
  let p2: Double
  let p3: Double

  init(_ urn: UrnDraw) {
    self.urn = urn
    mode = urn.mode
    let m = Double(mode)
    let (n1, n2, k) = (Double(urn.rarer), Double(urn.other), Double(urn.draws))
    let n = n1 + n2
    let s = ((n - k) * k * n1 * n2 / (n - 1) / n / n).squareRoot()
    let d = Double(Int(1.5 * s)) + 0.5
    left = m - d + 0.5
    right = m + d + 0.5
    let f = Self.logFactorials(urn, mode)
    atMode = f.0 + f.1 + f.2 + f.3
    let heightLeft = exp(Self.logRatio(urn, Int(left), atMode))
    let heightRight = exp(Self.logRatio(urn, Int(right - 1), atMode))
    leftRate = -Glibc.log(left * (n2 - k + left) / (n1 - left + 1) / (k - left + 1))
    rightRate = -Glibc.log((n1 - right + 1) * (k - right + 1) / right / (n2 - k + right))
    p1 = d + d
    p2 = p1 + heightLeft / leftRate
    p3 = p2 + heightRight / rightRate
  }

  private static func logFactorials(_ urn: UrnDraw, _ k: Int) -> (Double, Double, Double, Double) {
    (
      logFactorialOfCount(k), logFactorialOfCount(urn.rarer - k), logFactorialOfCount(urn.draws - k),
      logFactorialOfCount(urn.other - urn.draws + k)
    )
  }

  /// log of the probability of k relative to the mode's, in R's order of subtraction: with 10⁹ balls another
  /// one changes the sixth digit of the ratio.
  private static func logRatio(_ urn: UrnDraw, _ k: Int, _ atMode: Double) -> Double {
    let f = logFactorials(urn, k)
    return atMode - f.0 - f.1 - f.2 - f.3
  }

  /// Whether v is at most the probability of k relative to the mode's.
  func accepts(_ k: Int, _ v: Double) -> Bool {
    if mode < 100 || k <= 50 { return v <= ratio(k) }
    let bounds = squeeze(k)
    let logV = Glibc.log(v)
    if logV > bounds.upper { return false }
    if logV < bounds.lower { return true }
    return logV <= Self.logRatio(urn, k, atMode)
  }

  /// The ratio of the probabilities, factor by factor.
  private func ratio(_ k: Int) -> Double {
    let (n1, n2, draws) = (urn.rarer, urn.other, urn.draws)
    var f = 1.0
    if mode < k {
      for i in (mode + 1)...k {
        f = f * Double(n1 - i + 1) * Double(draws - i + 1) / Double(n2 - draws + i) / Double(i)
      }
    } else if mode > k {
      for i in (k + 1)...mode {
        f = f * Double(i) * Double(n2 - draws + i) / Double(n1 - i + 1) / Double(draws - i + 1)
      }
    }
    return f
  }

  /// Bounds of the logarithm of the ratio, from series of the logarithm on either side.
  private func squeeze(_ k: Int) -> (lower: Double, upper: Double) {
    let (n1, n2, draws, m) = (Double(urn.rarer), Double(urn.other), Double(urn.draws), Double(mode))
    let y = Double(k)
    let y1 = y + 1
    let ym = y - m
    let yn = n1 - y + 1
    let yk = draws - y + 1
    let nk = n2 - draws + y1
    let r = -ym / y1
    let s = ym / yn
    let t = ym / yk
    let e = -ym / nk
    let g = yn * yk / (y1 * nk) - 1
    let dg = g < 0 ? 1 + g : 1
    let gu = g * (1 + g * (-0.5 + g / 3))
    let gl = gu - 0.25 * (g * g * g * g) / dg
    let xm = m + 0.5
    let xn = n1 - m + 0.5
    let xk = draws - m + 0.5
    let nm = n2 - draws + xm
    func series(_ scale: Double, _ x: Double) -> Double { scale * x * (1 + x * (-0.5 + x / 3)) }
    func remainder(_ scale: Double, _ x: Double) -> Double {
      let fourth = scale * (x * x * x * x)
      return x < 0 ? fourth / (1 + x) : fourth
    }
    let terms: Double = series(xm, r) + series(xn, s) + series(xk, t) + series(nm, e)
    let upper = terms + y * gu - m * gl + 0.0034
    let rest: Double = remainder(xm, r) + remainder(xn, s) + remainder(xk, t) + remainder(nm, e)
    let lower = upper - 0.25 * rest + (y + m) * (gl - gu) - 0.0078
    return (lower, upper)
  }
}
