/// An element of an XML document.
struct XMLElement: Equatable, Sendable {
  /// What stands in an element.
  indirect enum Node: Equatable, Sendable {
    case element(XMLElement)
    case text(String)
  }

  /// The name as written, with its prefix.
  var name: String
  /// The attributes in the order of the document.
  var attributes: [(name: String, value: String)]
  /// The content.
  var children: [Node]

  static func == (a: XMLElement, b: XMLElement) -> Bool {
    a.name == b.name && a.children == b.children && a.attributes.map(\.name) == b.attributes.map(\.name)
      && a.attributes.map(\.value) == b.attributes.map(\.value)
  }

  /// The value of an attribute.
  subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }

  /// The elements directly below.
  var elements: [XMLElement] {
    children.compactMap { if case .element(let element) = $0 { element } else { nil } }
  }

  /// The elements of a name directly below.
  func all(_ name: String) -> [XMLElement] { elements.filter { $0.name == name } }

  /// The first element along a path of names.
  func first(_ path: String...) -> XMLElement? {
    var element = self
    for name in path {
      guard let next = element.elements.first(where: { $0.name == name }) else { return nil }
      element = next
    }
    return element
  }

  /// The elements of a name at any depth, in the order of the document.
  func descendants(_ name: String) -> [XMLElement] {
    elements.flatMap { ($0.name == name ? [$0] : []) + $0.descendants(name) }
  }

  /// All text in it, in order.
  var text: String {
    children.map {
      switch $0 {
      case .text(let text): text
      case .element(let element): element.text
      }
    }.joined()
  }
}
