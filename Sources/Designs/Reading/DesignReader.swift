import Estimates
import Specifications
import Tables

/// Reads a design from the tree of its text.
struct DesignReader {
  let root: SpecificationNode
  /// The named numbers.
  let names: [String: Double]

  /// The parts of a design's text.
  static func fields(of root: SpecificationNode) throws(SpecificationError) -> SpecificationFields {
    try root.fields(["description", "parameters", "levels", "predictors", "response", "missing", "sample"])
  }

  /// Reads the named numbers.
  init(_ root: SpecificationNode) throws(SpecificationError) {
    self.root = root
    var names: [String: Double] = [:]
    for entry in try DesignReader.fields(of: root)["parameters"]?.entries() ?? [] {
      guard let address = try? Address(parsing: entry.key), address.parts == [entry.key],
        entry.key.first?.isNumber == false
      else {
        throw SpecificationError(
          at: entry.keyPlace,
          "parameters: the name '\(entry.key)'; letters, digits and '_', a letter first, would work")
      }
      names[entry.key] = try entry.value.number(with: names)
    }
    self.names = names
  }

  /// The whole design.
  func design() throws(SpecificationError) -> DataDesign {
    let fields = try DesignReader.fields(of: root)
    let levels = try self.levels(try fields.required("levels"))
    let predictors = try self.predictors(fields["predictors"], levels)
    let response = try self.response(try fields.required("response"), levels, predictors)
    let missing = try self.missing(fields["missing"])
    let sample = try self.sample(fields["sample"])
    return try placing { () throws(DesignFault) in
      try DataDesign(
        levels: levels, predictors: predictors, response: response, missing: missing, sample: sample)
    }
  }

  /// Gives a fault of the design its place in the text: that of the deepest part of its path that is written.
  func placing<Value>(_ make: () throws(DesignFault) -> Value) throws(SpecificationError) -> Value {
    do { return try make() } catch {
      var depth = error.path.count
      while depth > 0, root[path: Array(error.path.prefix(depth))] == nil { depth -= 1 }
      let node = root[path: Array(error.path.prefix(depth))] ?? root
      let prefix = root.path.isEmpty ? "" : root.path + "."
      throw SpecificationError(
        at: node.place, error.path.isEmpty ? error.message : prefix + error.description)
    }
  }

  /// A number over the named ones.
  func number(_ node: SpecificationNode) throws(SpecificationError) -> Double {
    try node.number(with: names)
  }

  /// A whole number over the named ones; what may be is looked at where the design is checked.
  func integer(_ node: SpecificationNode) throws(SpecificationError) -> Int {
    let value = try node.number(with: names)
    guard let whole = Int(exactly: value), abs(whole) <= Int(Int32.max) else {
      throw node.fault("\(shortestText(value)); a whole number would work")
    }
    return whole
  }

  /// A list of numbers.
  func numbers(_ node: SpecificationNode) throws(SpecificationError) -> [Double] {
    var values: [Double] = []
    for item in try node.items() { values.append(try number(item)) }
    return values
  }

  /// Two numbers.
  func pair(_ node: SpecificationNode, _ meaning: String) throws(SpecificationError) -> (Double, Double) {
    guard case .list(let items) = node.content, items.count == 2 else {
      throw node.fault("\(node.summary) where [\(meaning)] belongs")
    }
    return (try number(items[0]), try number(items[1]))
  }

  /// The one of several names that is written.
  func only(
    _ fields: SpecificationFields, of names: [String], in node: SpecificationNode
  ) throws(SpecificationError) -> (name: String, value: SpecificationNode) {
    let found = names.filter { fields[$0] != nil }
    guard found.count == 1 else {
      throw node.fault(
        (found.isEmpty ? "nothing" : found.joined(separator: " and "))
          + " of \(names.joined(separator: ", ")); one of them would work")
    }
    return (found[0], fields[found[0]]!)
  }

  /// A correlation matrix: one number for all pairs, the lower triangle row by row, or the whole.
  func correlations(_ node: SpecificationNode, of count: Int) throws(SpecificationError) -> [[Double]] {
    func filled(_ entry: (Int, Int) -> Double) -> [[Double]] {
      (0..<count).map { i in (0..<count).map { $0 == i ? 1 : entry(max(i, $0), min(i, $0)) } }
    }
    guard case .list(let items) = node.content else {
      let value = try number(node)
      if count < 2 { throw node.fault("a correlation, but there is one effect; leave it out") }
      return filled { _, _ in value }
    }
    if items.contains(where: { if case .list = $0.content { true } else { false } }) {
      var rows: [[Double]] = []
      for item in items { rows.append(try numbers(item)) }
      return rows
    }
    let triangle = try numbers(node)
    guard triangle.count == count * (count - 1) / 2 else {
      throw node.fault(
        "\(triangle.count) correlations for \(count) effects; one for all pairs, \(count * (count - 1) / 2), or a matrix of \(count) rows would work"
      )
    }
    return filled { i, k in triangle[i * (i - 1) / 2 + k] }
  }

  /// Which values are missing.
  private func missing(_ node: SpecificationNode?) throws(SpecificationError) -> [MissingRule] {
    var rules: [MissingRule] = []
    for entry in try node?.entries() ?? [] {
      guard case .mapping = entry.value.content else {
        rules.append(MissingRule(entry.key, rate: try number(entry.value)))
        continue
      }
      let fields = try entry.value.fields(["rate", "depends"])
      let rate = try number(try fields.required("rate"))
      var dependence: MissingRule.Dependence?
      if let depends = fields["depends"] {
        let own = try depends.fields(["on", "slope"])
        dependence = .init(
          on: try own.required("on").text(), slope: try number(try own.required("slope")))
      }
      rules.append(MissingRule(entry.key, rate: rate, depends: dependence))
    }
    return rules
  }
}
