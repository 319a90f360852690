import Estimates
import TestSupport
import Testing

@Suite("Expressions over addresses")
struct ValueExpressionTests {
  private func value(_ text: String) throws -> Double {
    try ValueExpression(parsing: text).value { (address: Address) -> Double in
      switch address.description {
      case "a.sd": 3
      case "a.sigma": 4
      case "m4.random.\"gender:region\".\"(Intercept)\".sd": 7
      case "c.levels.36": 36
      default: .nan
      }
    }
  }

  @Test(
    "arithmetic binds as in R",
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("8 / 4 / 2", 1),
      ("7 - 4 - 2", 1), ("--3", 3), ("1e-3 * 2E+3", 2), ("0.04/12", 0.04 / 12),
      ("sqrt(a.sd^2 + a.sigma^2)", 5),
      ("a.sd^2/(a.sd^2+a.sigma^2)", 0.36), ("max(1, a.sd, -9)", 3), ("min(a.sd,a.sigma)", 3),
      ("abs(-a.sd)", 3),
      ("log(exp(2))", 2), ("m4.random.\"gender:region\".\"(Intercept)\".sd", 7), ("c.levels.36 - 6", 30),
    ] as [(String, Double)])
  func arithmetic(_ text: String, _ expected: Double) throws {
    // log(exp(2)) and the division by 12 round once or twice; everything else is exact.
    expectClose(try value(text), expected, relative: 1e-15, text)
  }

  @Test("addresses are listed with their columns")
  func addresses() throws {
    let expression = try ValueExpression(parsing: "2 * a.sd + log(b.\"x y\".se)")
    #expect(expression.addresses.map(\.address.description) == ["a.sd", "b.\"x y\".se"])
    #expect(expression.addresses.map(\.column) == [5, 16])
  }

  @Test(
    "faults name the column",
    arguments: [
      ("", 1), ("1 +", 4), ("a.sd b.sd", 6), ("sin(a.sd)", 1), ("(a.sd", 6), ("sqrt(1, 2)", 1), ("a.", 3),
      ("1 ? 2", 3),
      ("a.(x)", 3), ("a.\"x", 3),
    ] as [(String, Int)])
  func faultColumns(_ text: String, _ column: Int) {
    let error = #expect(throws: ValueExpressionError.self) { try ValueExpression(parsing: text) }
    #expect(error?.column == column, "\(text): \(error?.description ?? "")")
  }
}
