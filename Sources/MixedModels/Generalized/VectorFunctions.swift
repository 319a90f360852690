/// Elementary functions of several numbers at a time, for the likelihoods of generalized models.
///
/// They have no branches and use +, −, ×, ÷ and bit operations only, so their bits do not depend on the processor or the C library. Errors are a few
/// units in the last place. Coefficients: Scripts/make-vector-functions.py.
enum VectorFunctions {
  /// Numbers that are worked on together.
  typealias Lanes = SIMD4<Double>
  typealias Mask = SIMDMask<SIMD4<Int64>>

  /// What the exponential's argument is clamped to: the result stays a normal finite number.
  static let least = -708.0
  static let most = 700.0

  @inline(__always)
  static func select(_ mask: Mask, _ yes: Lanes, _ no: Lanes) -> Lanes {
    no.replacing(with: yes, where: mask)
  }

  @inline(__always)
  static func magnitude(_ x: Lanes) -> Lanes {
    let bits = unsafeBitCast(x, to: SIMD4<UInt64>.self) & 0x7fff_ffff_ffff_ffff
    return unsafeBitCast(bits, to: Lanes.self)
  }

  /// eˣ for x in [−708, 700], outside as at the ends; NaN gives NaN.
  @inline(__always)
  static func exp(_ argument: Lanes) -> Lanes {
    var x = select(argument .< least, Lanes(repeating: least), argument)
    x = select(x .> most, Lanes(repeating: most), x)
    // The nearest multiple of log 2: adding 1.5·2⁵² leaves it in the low bits.
    let shifted = x * 1.4426950408889634 + 0x1.8p52
    let n = shifted - 0x1.8p52
    let r = (x - n * 0.6931471805598903) - n * 5.497923018708371e-14
    var q: Lanes = 2.5100375832561234e-08 * r + 2.7620075879983367e-07
    q = q * r + 2.7557268480310024e-06
    q = q * r + 2.4801521322368692e-05
    q = q * r + 0.00019841269863040545
    q = q * r + 0.0013888888917196719
    q = q * r + 0.008333333333330065
    q = q * r + 0.041666666666624164
    q = q * r + 0.16666666666666669
    q = q * r + 0.5000000000000001
    let value: Lanes = (q * (r * r) + r) + 1
    let power = (unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &+ 1023) &<< 52
    return value * unsafeBitCast(power, to: Lanes.self)
  }

  /// 2·artanh u for |u| ≤ 1/3.
  @inline(__always)
  static func doubleArtanh(_ u: Lanes) -> Lanes {
    let v = u * u
    var p: Lanes = 0.1616404561194353 * v + 0.08800738486144674
    p = p * v + 0.12001072809590713
    p = p * v + 0.13314144209654935
    p = p * v + 0.15385570064958623
    p = p * v + 0.18181789436132859
    p = p * v + 0.22222222717427864
    p = p * v + 0.2857142856710876
    p = p * v + 0.40000000000014585
    p = p * v + 0.6666666666666666
    return u * v * p + 2 * u
  }

  /// log(1 + x) for x in [−½, 1].
  @inline(__always)
  static func log1p(_ x: Lanes) -> Lanes { doubleArtanh(x / (2 + x)) }

  /// log x for positive normal x.
  @inline(__always)
  static func log(_ x: Lanes) -> Lanes {
    let bits = unsafeBitCast(x, to: SIMD4<UInt64>.self)
    // x = 2ᵏ·f, f in [√½, √2): the offset of √½'s bits makes the exponent count from there.
    let offset = bits &- 0x3fe6_a09e_667f_3bcd
    let high = offset & 0xfff0_0000_0000_0000
    let f = unsafeBitCast(bits &- high, to: Lanes.self)
    // The exponent as a double: its bits, with 2048 added to keep them positive, under 2⁵²'s exponent.
    let biased = ((high &>> 52) &+ 2048) & 0xfff
    let k = unsafeBitCast(biased | 0x4330_0000_0000_0000, to: Lanes.self) - (0x1p52 + 2048)
    return k * 0.6931471805598903 + (doubleArtanh((f - 1) / (f + 1)) + k * 5.497923018708371e-14)
  }

  /// exp(x²)·erfc(x) for x ≥ 0, by one polynomial for (1 + 2x) times it.
  ///
  /// - Reference: Shepherd & Laframboise (1981), doi:10.1090/S0025-5718-1981-0595058-X (the variable and the factor; coefficients are our own).
  @inline(__always)
  static func scaledComplementaryError(_ x: Lanes) -> Lanes {
    let t = (x - 3.75) / (x + 3.75)
    var p: Lanes = 4.434959070009628e-10 * t + 3.110310719839165e-10
    p = p * t - 5.28428697963142e-09
    p = p * t - 3.743568033634583e-09
    p = p * t + 3.8965452548985966e-08
    p = p * t + 2.3261913276696566e-08
    p = p * t - 2.591069687796658e-07
    p = p * t - 5.721597255990987e-08
    p = p * t + 1.752057970166318e-06
    p = p * t - 9.735619015182663e-07
    p = p * t - 1.1444412439171722e-05
    p = p * t + 2.2384240314224437e-05
    p = p * t + 5.1649211390702855e-05
    p = p * t - 0.0002901540809795271
    p = p * t + 0.0002937136342850081
    p = p * t + 0.0017556258530017257
    p = p * t - 0.009746579552504244
    p = p * t + 0.028362277418940665
    p = p * t - 0.058693398590212366
    p = p * t + 0.09230432116037876
    p = p * t - 0.10880393014171785
    p = p * t + 0.08227673849014516
    p = p * t + 0.003585415485463775
    p = p * t - 0.14024059858554697
    p = p * t + 1.2375126308378275
    return p / (1 + 2 * x)
  }

  /// (z/(eᶻ − 1) − 1)/z for z in [0, 0.7]: −½ + z/12 − z³/720 + ….
  @inline(__always)
  static func bernoulliQuotient(_ z: Lanes) -> Lanes {
    var p: Lanes = 1.733287940274232e-08 * z + 6.942974935406484e-09
    p = p * z - 8.330931521212113e-07
    p = p * z + 3.357658563444393e-09
    p = p * z + 3.306771313962808e-05
    p = p * z + 2.050006190191274e-10
    p = p * z - 0.0013888889112771282
    p = p * z + 1.235047596238635e-12
    p = p * z + 0.08333333333330702
    return p * z - 0.4999999999999999
  }
}
