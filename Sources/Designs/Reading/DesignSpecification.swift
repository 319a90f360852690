import Estimates
import Specifications
import Tables

/// A design as a text: YAML with named numbers, for which other values can be bound.
///
/// ```yaml
/// parameters: {J: 30, sigma: 4}
/// levels: {school: J, pupil: {per: school, size: {poisson: 20, min: 1}}}
/// predictors: {x: {level: pupil, normal: [0, 1]}, u: {level: school, normal: [0, 1]}}
/// response: {formula: "y ~ 1 + x + u + (1 + x | school)", beta: [1, 2, 0.5],
///            sd: {school: [sigma / 2, 1], residual: sigma}, corr: {school: 0.3}}
/// ```
///
/// Every number may be arithmetic over the named numbers, and a named number arithmetic over those before it.
public struct DesignSpecification: Sendable {
  /// The tree of the text.
  public let node: SpecificationNode
  /// The names of the named numbers, in the order written.
  public let parameterNames: [String]

  /// Reads a design from a tree, for example the part `design:` of a study.
  /// - Throws: `SpecificationError` with file, line and column: the design is checked with the numbers that
  ///   are written.
  public init(_ node: SpecificationNode) throws(SpecificationError) {
    self.node = node
    parameterNames = try DesignReader.fields(of: node)["parameters"]?.entries().map(\.key) ?? []
    _ = try binding()
  }

  /// Reads a design from a YAML text.
  /// - Parameter file: how messages name the text.
  /// - Throws: as `init(_:)`.
  public init(yaml: String, file: String) throws(SpecificationError) {
    try self.init(try SpecificationNode(yaml: yaml, file: file))
  }

  /// The design with other numbers in some places.
  /// - Parameter values: numbers by the names of `parameters`, or by paths into the tree, names and positions
  ///   in lists (from 1) joined by points: `levels.school`, `response.sd.school.1`.
  /// - Throws: `SpecificationError` for keys that are neither, and for designs that cannot be.
  public func binding(_ values: [String: Double] = [:]) throws(SpecificationError) -> DataDesign {
    var tree = node
    // Parameters first, in an order that does not depend on the dictionary's.
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      let path =
        parameterNames.contains(key)
        ? ["parameters", key] : key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard let old = tree[path: path] else { throw unknown(key, path) }
      guard let changed = tree.setting(path, to: old.replaced(by: value)) else { throw unknown(key, path) }
      tree = changed
    }
    return try DesignReader(tree).design()
  }

  /// The fault of a key that names nothing, with what there is where the path ends.
  private func unknown(_ key: String, _ path: [String]) -> SpecificationError {
    var known = 0
    while known < path.count, node[path: Array(path.prefix(known + 1))] != nil { known += 1 }
    let last = node[path: Array(path.prefix(known))] ?? node
    var there: [String] = []
    switch last.content {
    case .mapping(let entries): there = entries.map(\.key)
    case .list(let items): there = items.indices.map { String($0 + 1) }
    case .scalar: break
    }
    if known == 0 { there = parameterNames + there }
    let isName = !path[known].allSatisfy(\.isNumber)
    let close = isName ? NearestNames.close(to: path[known], among: there) : nil
    let meant = close.map { " (did you mean '\($0)'?)" } ?? ""
    return last.fault(
      "no parameter or place '\(key)'\(meant)"
        + (there.isEmpty ? "" : "; here are \(there.joined(separator: ", "))"))
  }
}
