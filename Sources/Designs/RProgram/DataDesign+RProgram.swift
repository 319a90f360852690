/// The generators of R that a program can start with `set.seed`.
public enum RGenerator: String, Sendable, CaseIterable {
  /// Mersenne Twister, R's default.
  case mersenneTwister = "Mersenne-Twister"
  /// L'Ecuyer's combined multiple-recursive generator.
  case lecuyer = "L'Ecuyer-CMRG"
}

extension DataDesign {
  /// A program in base R that draws the same data set as `draw(from:)` with R's stream of the seed, and
  /// writes it as CSV.
  ///
  /// It says in R what the design says, in the order of the draws; numbers agree to 1e-13 of a column's size
  /// (R sums with more digits, and its functions are those of the C library).
  ///
  /// - Parameter file: what the head says about where the design comes from.
  public func rProgram(seed: Int32, generator: RGenerator = .mersenneTwister, file: String? = nil) -> String {
    var program = RProgramWriter(self)
    program.write(seed: seed, generator: generator, file: file)
    return program.lines.joined(separator: "\n") + "\n"
  }
}
