import Specifications

extension DesignReader {
  /// How a survey is drawn from the rows.
  func sample(_ node: SpecificationNode?) throws(SpecificationError) -> SampleLaw? {
    guard let node, !node.isNull else { return nil }
    let fields = try node.fields(["size", "weights", "cells"])
    let size = try integer(try fields.required("size"))
    var weights: [SampleLaw.Weight] = []
    for entry in try fields["weights"]?.entries() ?? [] {
      weights.append(SampleLaw.Weight(entry.key, try weight(entry.value)))
    }
    var cells: [String]?
    if let node = fields["cells"] {
      var names: [String] = []
      for item in try node.items() { names.append(try item.text()) }
      cells = names
    }
    return SampleLaw(size: size, weights: weights, cells: cells)
  }

  /// `{exp: rate}`, `{effect: rate}`, or numbers by the column's values.
  private func weight(_ node: SpecificationNode) throws(SpecificationError) -> SampleLaw.Law {
    let entries = try node.entries()
    if entries.count == 1, entries[0].key == "exp" { return .exponential(try number(entries[0].value)) }
    if entries.count == 1, entries[0].key == "effect" { return .effect(try number(entries[0].value)) }
    var named: [DesignResponse.Named] = []
    for entry in entries { named.append(.init(entry.key, try number(entry.value))) }
    return .named(named)
  }
}
