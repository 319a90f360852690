import Labs

/// Where an export takes its variants from.
public protocol ProblemVariantSource {
  /// The set's id.
  var set: String { get }
  /// The set's title in both languages.
  var titles: [LabLanguage: String] { get }
  /// For each problem of the set, in its order, some variants.
  /// - Parameter count: how many of each problem.
  func variants(count: Int) throws -> [[ProblemVariant]]
}
