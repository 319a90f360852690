import Yams

extension SpecificationNode {
  /// Reads a YAML document.
  ///
  /// Anchors and aliases are followed; tags are ignored. Names must be scalars, and none may occur twice in one mapping.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: how messages name it.
  /// - Throws: `SpecificationError` for what is no YAML, an empty document, or more than one.
  public init(yaml: String, file: String) throws(SpecificationError) {
    func place(_ mark: Mark?) -> SpecificationPlace {
      SpecificationPlace(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
    let root: Node?
    do { root = try Yams.compose(yaml: yaml) } catch let error as YamlError {
      switch error {
      case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
        .composer(let context, let problem, let mark, _):
        let whole = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
        throw SpecificationError(at: place(mark), "not YAML: \(whole)")
      case .duplicatedKeysInMapping(let duplicates, let context):
        throw SpecificationError(
          at: place(context.mark),
          "'\(duplicates.joined(separator: "', '"))' occurs more than once in the mapping that begins here")
      default: throw SpecificationError(at: place(nil), "not YAML: \(error)")
      }
    } catch { throw SpecificationError(at: place(nil), "not YAML: \(error)") }
    guard let root, yaml.utf8.contains(where: { $0 > 0x20 }) else {
      throw SpecificationError(at: place(nil), "the file is empty; a specification belongs in it")
    }
    self = try SpecificationNode(root, path: "", place: place)
  }

  private init(_ node: Node, path: String, place: (Mark?) -> SpecificationPlace) throws(SpecificationError) {
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style != .plain && scalar.style != .any
      self.init(.scalar(scalar.string, isQuoted: quoted), at: place(scalar.mark), path: path)
    case .sequence(let sequence):
      var items: [SpecificationNode] = []
      for (k, item) in sequence.enumerated() {
        items.append(try SpecificationNode(item, path: "\(path)[\(k + 1)]", place: place))
      }
      self.init(.list(items), at: place(sequence.mark), path: path)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw SpecificationError(at: place(key.mark), "a name must be a word, not a list or a mapping")
        }
        let below = path.isEmpty ? name.string : "\(path).\(name.string)"
        entries.append(
          Entry(
            key: name.string, keyPlace: place(name.mark),
            value: try SpecificationNode(value, path: below, place: place)))
      }
      self.init(.mapping(entries), at: place(mapping.mark), path: path)
    case .alias(let alias):
      throw SpecificationError(at: place(alias.mark), "the alias points to nothing")
    }
  }
}
