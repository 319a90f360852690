import Distributions
import Tables

/// How many units lie in each unit of the level above.
public enum GroupSizeLaw: Sendable, Equatable {
  /// The same number in each.
  case fixed(Int)
  /// A number for each, in order; a shorter list repeats if it divides their number.
  case listed([Int])
  /// Whole numbers from the first to the second, equally likely.
  case uniform(Int, Int)
  /// exp(meanLog + sdLog·z), rounded to the nearest whole number (halves to even, as R does), held within
  /// `least` and `most`.
  case lognormal(meanLog: Double, sdLog: Double, least: Int, most: Int?)
  /// Poisson numbers, held within `least` and `most`: a smaller number becomes `least`, as R's `pmax(rpois(n,
  /// mean), least)` does.
  case poisson(mean: Double, least: Int, most: Int?)
  /// `size` in each but the last, which has `tiny`.
  case oneTiny(size: Int, tiny: Int)

  /// Whether sizes are drawn.
  public var isRandom: Bool {
    switch self {
    case .fixed, .listed, .oneTiny: false
    case .uniform, .lognormal, .poisson: true
    }
  }

  /// The sizes of `count` groups. Draws one number a group where they are random, none otherwise.
  package func sizes<Stream: VariateStream>(of count: Int, from stream: inout Stream) -> [Int] {
    [Int](unsafeUninitializedCapacity: count) { memory, filled in
      for j in 0..<count { memory.initializeElement(at: j, to: size(of: j, among: count, from: &stream)) }
      filled = count
    }
  }

  /// The sizes of as many groups as there is room for, on memory of the caller.
  package func fill<Stream: VariateStream>(
    _ sizes: UnsafeMutableBufferPointer<Int>, from stream: inout Stream
  ) {
    for j in sizes.indices { sizes[j] = size(of: j, among: sizes.count, from: &stream) }
  }

  private func size<Stream: VariateStream>(of j: Int, among count: Int, from stream: inout Stream) -> Int {
    switch self {
    case .fixed(let size): size
    case .listed(let sizes): sizes[j % sizes.count]
    case .oneTiny(let size, let tiny): j == count - 1 ? tiny : size
    case .uniform(let least, let most):
      min(least + Int(stream.uniform() * Double(most - least + 1)), most)
    case .lognormal(let meanLog, let sdLog, let least, let most):
      Self.held(
        Portable.exp(meanLog + sdLog * stream.normal()).rounded(.toNearestOrEven), least, most)
    case .poisson(let mean, let least, let most):
      Self.held(Double(stream.poisson(mean: mean)), least, most)
    }
  }

  private static func held(_ size: Double, _ least: Int, _ most: Int?) -> Int {
    // Whatever is beyond the largest table is refused there.
    Int(min(max(size, Double(least)), Double(most ?? 2 * DesignError.largestTable)))
  }

  /// Refuses sizes that make no group.
  /// - Parameter parents: the number of groups, where it is known before the draw.
  func check(at path: [String], parents: Int?) throws(DesignFault) {
    func size(_ value: Int, _ more: [String]) throws(DesignFault) {
      guard value >= 1 else {
        throw DesignFault(path + more, "size \(value); a group has 1 unit or more")
      }
      guard value <= DesignError.largestTable else {
        throw DesignFault(path + more, "size \(value); at most \(DesignError.largestTable) would work")
      }
    }
    func bounds(_ least: Int, _ most: Int?) throws(DesignFault) {
      try size(least, ["min"])
      if let most, most < least {
        throw DesignFault(
          path + ["max"], "\(most) is below the least size \(least); \(least) or more would work")
      }
    }
    switch self {
    case .fixed(let n): try size(n, [])
    case .listed(let list):
      if list.isEmpty { throw DesignFault(path, "an empty list of sizes; give one size or more") }
      for (k, n) in list.enumerated() { try size(n, [String(k + 1)]) }
      if let parents, list.count > parents || parents % list.count != 0 {
        throw DesignFault(
          path,
          "\(list.count) sizes for \(parents) groups; \(parents) sizes, or a number that divides it, would work"
        )
      }
    case .uniform(let least, let most):
      try size(least, ["uniform", "1"])
      try size(most, ["uniform", "2"])
      if most < least {
        throw DesignFault(path + ["uniform"], "the largest size \(most) is below the smallest, \(least)")
      }
    case .lognormal(let meanLog, let sdLog, let least, let most):
      guard sdLog >= 0, sdLog.isFinite else {
        throw DesignFault(
          path + ["lognormal", "2"], "standard deviation \(shortestText(sdLog)); 0 or more would work")
      }
      guard abs(meanLog) <= 20 else {
        throw DesignFault(
          path + ["lognormal", "1"],
          "\(shortestText(meanLog)) is the mean of the logarithm of the size; -20 to 20 would work")
      }
      try bounds(least, most)
    case .poisson(let mean, let least, let most):
      guard mean >= 0, mean <= Double(DesignError.largestTable) else {
        throw DesignFault(
          path + ["poisson"], "mean \(shortestText(mean)); from 0 to \(DesignError.largestTable) would work")
      }
      try bounds(least, most)
    case .oneTiny(let n, let tiny):
      try size(n, ["one_tiny", "1"])
      try size(tiny, ["one_tiny", "2"])
    }
  }
}
