import Foundation
import TestSupport
import Testing

@testable import Distributions

@Suite("Standard normal tail")
struct StandardNormalTailTests {
  @Test("The continued fraction meets the C library's erfc", arguments: [5, 5.0625, 7.3, 12, 26, 37])
  func meetsErfc(z: Double) {
    // The rounding of z/√2 moves erfc by z² times 1e-16.
    let reference = 0.5 * erfc(z * 0.5.squareRoot())
    expectClose(StandardNormalTail.probability(z), reference, relative: 1e-15 + z * z * 2.5e-16)
    expectClose(StandardNormalTail.logProbability(z), log(reference), relative: 1e-15)
  }

  @Test("Mills' ratio lies between its classical bounds", arguments: [5, 9, 100, 1e6])
  func millsBounds(z: Double) {
    let ratio = StandardNormalTail.millsRatio(z)
    #expect(ratio <= 1 / z)
    #expect(ratio >= z / (z * z + 1) * (1 - 1e-15))
    // Birnbaum's lower and Sampford's upper bound, much closer.
    #expect(ratio >= 2 / (z + (z * z + 4).squareRoot()) * (1 - 1e-15))
    #expect(ratio <= 4 / (3 * z + (z * z + 8).squareRoot()) * (1 + 1e-15))
  }

  @Test("Where the plain probability underflows the log goes on")
  func underflow() {
    #expect(StandardNormalTail.probability(39) == 0)
    #expect(StandardNormalTail.probability(.infinity) == 0)
    #expect(StandardNormalTail.logProbability(.infinity) == -.infinity)
    #expect(StandardNormalTail.logProbability(1e100) < -4e199)
  }
}
