import Distributions
import Tables

/// The textbook's salary data: five departments, each with a starting salary and a yearly raise of its own, both varied by up to 10 % per person.
///
///     bases = base_j·U(0.9, 1.1)    experience = ⌊U(0, 10)⌋    raises = raise_j·U(0.9, 1.1)    salary = bases + experience·raises
///
/// The three columns are drawn one after the other, n numbers each, as R's `create_data()` draws them; departments repeat in turn, so n need not be a
/// multiple of five. `set.seed(s)` in R and `RStream(seed: s)` here give the same table, bit for bit.
///
/// The scenario is Michael Freeman's (“An Introduction to Hierarchical Modeling”, mfviz.com).
public struct SalaryScenario: Sendable {
  /// One department's truth.
  public struct Department: Sendable, Equatable {
    /// The name.
    public let name: String
    /// Expected starting salary.
    public let base: Double
    /// Expected raise per year of experience.
    public let raise: Double

    /// Var(ε | x) = (base² + raise²x²)·0.04/12: each of the two draws has the variance of U(0.9, 1.1) times its square.
    public func noiseVariance(atExperience x: Double) -> Double {
      (base * base + raise * raise * x * x) * SalaryScenario.relativeVariance
    }
  }

  /// The seed under which the textbook's printed data and results come back.
  public static let textbookSeed: Int32 = 892_174_303
  /// The departments in the order in which they repeat.
  public static let departments = [
    Department(name: "sociology", base: 40000, raise: 2000),
    Department(name: "biology", base: 50000, raise: 500),
    Department(name: "english", base: 60000, raise: 500),
    Department(name: "informatics", base: 70000, raise: 1700),
    Department(name: "statistics", base: 80000, raise: 500),
  ]
  /// The variance of U(0.9, 1.1).
  public static let relativeVariance = 0.04 / 12

  /// Number of persons.
  public let count: Int

  /// The scenario with n persons.
  /// - Throws: `DesignError.tooFewRows` below 1.
  public init(count: Int = 100) throws(DesignError) {
    guard count >= 1 else { throw .tooFewRows(found: count, least: 1) }
    guard count <= DesignError.largestTable else {
      throw .tooManyRows(found: count, most: DesignError.largestTable)
    }
    self.count = count
  }

  /// Draws one data set. Uses 3n uniforms of the stream.
  public func draw<Stream: UniformStream>(from stream: inout Stream) -> DataTable {
    let departments = (0..<count).map { Self.departments[$0 % Self.departments.count] }
    let bases = departments.map { $0.base * stream.uniform(in: 0.9...1.1) }
    let experience = departments.map { _ in stream.uniform(in: 0...10).rounded(.down) }
    let raises = departments.map { $0.raise * stream.uniform(in: 0.9...1.1) }
    let salary = (0..<count).map { bases[$0] + experience[$0] * raises[$0] }
    return DataTable([
      Column("ids", Array(1...count)),
      Column("department", departments.map(\.name)),
      Column("bases", bases),
      Column("experience", experience),
      Column("raises", raises),
      Column("salary", salary),
    ])
  }
}
