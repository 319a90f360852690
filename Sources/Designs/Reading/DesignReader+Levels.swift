import Specifications
import Tables

extension DesignReader {
  /// The levels.
  func levels(_ node: SpecificationNode) throws(SpecificationError) -> [DesignLevel] {
    var levels: [DesignLevel] = []
    for entry in try node.entries() { levels.append(try level(entry.key, entry.value)) }
    return levels
  }

  /// A count, a list of names, or a mapping.
  private func level(_ name: String, _ node: SpecificationNode) throws(SpecificationError) -> DesignLevel {
    switch node.content {
    case .scalar: return DesignLevel(name, .counted(try integer(node)))
    case .list: return DesignLevel(name, .named(try texts(node)))
    case .mapping: break
    }
    let fields = try node.fields(["count", "names", "per", "size", "time", "belongs"])
    let belongs = try fields["belongs"].map { node throws(SpecificationError) in try memberships(node) } ?? []
    let per = try fields["per"]?.text()
    func refuse(_ names: [String], beside other: String) throws(SpecificationError) {
      for name in names {
        if let node = fields[name] { throw node.fault("beside '\(other)'; one of the two would work") }
      }
    }
    if let time = fields["time"] {
      try refuse(["count", "names", "size"], beside: "time")
      let (first, last) = try times(time)
      return DesignLevel(name, .times(first: first, last: last, per: per), belongs: belongs)
    }
    if let per {
      try refuse(["count", "names"], beside: "per")
      return DesignLevel(
        name, .nested(per: per, size: try size(try fields.required("size"))), belongs: belongs)
    }
    if let size = fields["size"] {
      throw size.fault(
        "a size without 'per'; per: the level above, or count: for units of no other, would work")
    }
    guard let names = fields["names"] else {
      return DesignLevel(name, .counted(try integer(try fields.required("count"))), belongs: belongs)
    }
    let count = try fields["count"].map { node throws(SpecificationError) in try integer(node) }
    if case .scalar = names.content {
      // A prefix, with numbers of equal width, so that names sort as they are counted.
      let prefix = try names.text()
      guard let count else { throw node.fault("'count' is missing beside the prefix '\(prefix)' of names") }
      let width = String(count).count
      let units = (0..<max(0, count)).map { k -> String in
        let number = String(k + 1)
        return prefix + String(repeating: "0", count: width - number.count) + number
      }
      return DesignLevel(name, .named(units), belongs: belongs)
    }
    let units = try texts(names)
    if let count, count != units.count {
      throw names.fault("\(units.count) names for \(count) units; \(count) names would work")
    }
    return DesignLevel(name, .named(units), belongs: belongs)
  }

  private func texts(_ node: SpecificationNode) throws(SpecificationError) -> [String] {
    var texts: [String] = []
    for item in try node.items() { texts.append(try item.text()) }
    return texts
  }

  private func memberships(
    _ node: SpecificationNode
  ) throws(SpecificationError) -> [DesignLevel.Membership] {
    var all: [DesignLevel.Membership] = []
    for entry in try node.entries() {
      if case .list = entry.value.content {
        all.append(.init(entry.key, weights: try numbers(entry.value)))
      } else if try entry.value.text() == "uniform" {
        all.append(.init(entry.key))
      } else {
        throw entry.value.fault("\(entry.value.summary); 'uniform', or a list of weights, would work")
      }
    }
    return all
  }

  /// `1..10`, `[1, 10]`, or a number T for 1 to T.
  private func times(_ node: SpecificationNode) throws(SpecificationError) -> (Int, Int) {
    if case .list(let items) = node.content {
      guard items.count == 2 else {
        throw node.fault("\(node.summary); the first and the last point, [1, 10] or 1..10, would work")
      }
      return (try integer(items[0]), try integer(items[1]))
    }
    let text = Array(try node.text())
    guard let dots = text.indices.dropLast().first(where: { text[$0] == "." && text[$0 + 1] == "." }) else {
      return (1, try integer(node))
    }
    return (
      try integer(node.replaced(byText: String(text[..<dots]))),
      try integer(node.replaced(byText: String(text[(dots + 2)...])))
    )
  }

  /// A group size or the law of sizes.
  func size(_ node: SpecificationNode) throws(SpecificationError) -> GroupSizeLaw {
    switch node.content {
    case .scalar: return .fixed(try integer(node))
    case .list(let items):
      var sizes: [Int] = []
      for item in items { sizes.append(try integer(item)) }
      return .listed(sizes)
    case .mapping: break
    }
    let laws = ["uniform", "lognormal", "poisson", "one_tiny"]
    let fields = try node.fields(laws + ["min", "max"])
    let (law, value) = try only(fields, of: laws, in: node)
    let bounded = law == "lognormal" || law == "poisson"
    for name in ["min", "max"] where !bounded {
      if let bound = fields[name] { throw bound.fault("'\(name)' beside '\(law)'; leave it out") }
    }
    let least = try fields["min"].map { node throws(SpecificationError) in try integer(node) } ?? 1
    let most = try fields["max"].map { node throws(SpecificationError) in try integer(node) }
    func whole(_ meaning: String) throws(SpecificationError) -> (Int, Int) {
      guard case .list(let items) = value.content, items.count == 2 else {
        throw value.fault("\(value.summary) where [\(meaning)] belongs")
      }
      return (try integer(items[0]), try integer(items[1]))
    }
    switch law {
    case "uniform":
      let (low, high) = try whole("smallest, largest")
      return .uniform(low, high)
    case "lognormal":
      let (meanLog, sdLog) = try pair(value, "meanlog, sdlog")
      return .lognormal(meanLog: meanLog, sdLog: sdLog, least: least, most: most)
    case "poisson": return .poisson(mean: try number(value), least: least, most: most)
    default:
      let (size, tiny) = try whole("size, tiny")
      return .oneTiny(size: size, tiny: tiny)
    }
  }
}
