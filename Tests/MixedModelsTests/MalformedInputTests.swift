import Distributions
import Foundation
import ModelFormula
import Tables
import Testing

@testable import MixedModels

/// Formulas and data at random, most of them senseless: each gives a fit with finite numbers or an error that says why, and none a crash.
@Suite("Malformed formulas and data")
struct MalformedInputTests {
  private struct Dice {
    var stream: RStream
    mutating func below(_ n: Int) -> Int { Int(Double(n) * stream.uniform()) }
    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
  }

  private static let tokens = [
    "y", "x", "w", "g", "h", "t", "1", "0", "2", "-1", "~", "+", "-", "*", "/", ":", "|", "||", "(", ")", "^",
    "I(", "log(", "sqrt(", "poly(", "scale(", "factor(", "ns(", "offset(", ",", "=", "`", "\"", "'", "%in%",
    ".", " ", "é", "群", "1e400", "99999999999999999999", "\n", "\t", "\u{0}", "NA", "TRUE", "3", "degree = 2",
  ]

  private static let sensible = [
    "y ~ x + ( 1 | g )", "y ~ x * w + ( 1 + x | g )", "y ~ h + ( x || g )", "y ~ 0 + x + ( 0 + x | h )",
    "y ~ poly( x , 2 ) + ( 1 | g )", "y ~ scale( x ) + ( scale( x ) | g )", "log( y ) ~ x + ( 1 | g / h )",
    "y ~ x + I( x ^ 2 ) + ( 1 | g ) + ( 1 | h )", "y ~ factor( t ) + ( 1 + t | g )", "y ~ ( 1 | g : h )",
    "y ~ x + offset( w ) + ( 1 + h | g )", "y ~ ( x + w ) ^ 2 + ( x + w | g )", "y ~ ns( x , 3 ) + ( 1 | t )",
    "y ~ x", "y ~ g / x", "y ~ x - 1 + ( 1 + x + w | g )",
  ]

  /// A formula of tokens thrown together, or a sensible one in which a few were changed.
  private static func formula(_ dice: inout Dice) -> String {
    if dice.below(4) == 0 {
      return (0..<1 + dice.below(14)).map { _ in dice.pick(tokens) }.joined()
    }
    var words = dice.pick(sensible).split(separator: " ").map(String.init)
    for _ in 0..<dice.below(4) {
      let place = dice.below(words.count)
      switch dice.below(3) {
      case 0: words[place] = dice.pick(tokens)
      case 1: words.insert(dice.pick(tokens), at: place)
      default: if words.count > 1 { words.remove(at: place) }
      }
    }
    return words.joined(separator: " ")
  }

  /// A table with columns that are constant, huge, tiny, missing, equal to each other or of the wrong type.
  private static func table(_ dice: inout Dice) -> DataTable {
    let n = dice.pick([0, 1, 2, 3, 5, 8, 12, 20, 40, 40])
    func numbers(_ dice: inout Dice) -> [Double] {
      let kind = dice.below(30)
      let levels = Double(1 + dice.below(5))
      return (0..<n).map { i in
        switch kind {
        case 0: 3
        case 1: 1e300 * dice.stream.normal()
        case 2: 1e-300 * dice.stream.normal()
        case 3: dice.below(4) == 0 ? .nan : dice.stream.normal()
        case 4: dice.below(6) == 0 ? .infinity : dice.stream.normal()
        case 5: Double(i)
        case 6: .nan
        case 7: 1e9 + dice.stream.uniform()
        case 8: (levels * dice.stream.uniform()).rounded(.down)
        default: dice.stream.normal()
        }
      }
    }
    func texts(_ letter: String, _ dice: inout Dice) -> [String?] {
      let levels = dice.pick([1, 2, 3, 5, 8, max(n, 1)])
      let missing = dice.below(8) == 0
      return (0..<n).map { i in missing && dice.below(3) == 0 ? nil : letter + String(i % levels) }
    }
    func column(_ name: String, _ dice: inout Dice) -> Column {
      dice.below(25) == 0 ? Column(name, .text(texts("", &dice))) : Column(name, numbers(&dice))
    }
    var columns = [column("y", &dice), column("x", &dice)]
    columns.append(dice.below(5) == 0 ? Column("w", columns[1].values) : column("w", &dice))
    columns.append(Column("g", .text(texts("g", &dice))))
    columns.append(Column("h", .text(texts("h", &dice))))
    columns.append(Column("t", .integer((0..<n).map { $0 % 4 })))
    return DataTable(columns)
  }

  // Seeds 116, 134 and 166 have responses around 10⁹ and a constant among the random effects alone.
  @Test("a fit or an error", arguments: [1, 2, 3, 4, 5, 116, 134, 166])
  func fitOrError(_ seed: Int) {
    var dice = Dice(stream: RStream(seed: Int32(seed)))
    var fitted = 0
    for _ in 0..<1500 {
      let text = Self.formula(&dice)
      let data = Self.table(&dice)
      let roles = ColumnRoles(
        factors: dice.below(6) == 0 ? ["t"] : [], weights: dice.below(6) == 0 ? "w" : nil)
      do {
        let formula = try ModelFormula(text)
        if formula.randomTerms.isEmpty {
          _ = try LinearModel(formula, data: data, roles: roles).fit()
        } else {
          let fit = try LinearMixedModel(formula, data: data, roles: roles).fit(
            by: dice.below(2) == 0 ? .reml : .ml)
          #expect(
            fit.criterion.isFinite && fit.sigma.isFinite && fit.fixedEffects.allSatisfy(\.isFinite),
            "\(text)\n\(data)")
        }
        fitted += 1
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    // Nonsense alone would test little.
    #expect(fitted > 30)
  }
}
