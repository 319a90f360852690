/// The parameters of one explained model. A later model refers to the first one and lists only what is new or means
/// something else there.
struct ExplanationParameters {
  typealias Parameter = (symbol: Formula, meaning: Formula)

  private let listed: [Parameter]
  /// Symbols of the first model that this one lacks; nil in a list that stands by itself.
  private let lacking: [Formula]?
  private let words: ExplanationWords

  /// - Parameter first: the first model's parameters, for a later model.
  init(_ all: [Parameter], first: [Parameter]?, words: ExplanationWords) {
    self.words = words
    func isShared(_ parameter: Parameter) -> Bool {
      first?.contains {
        $0.symbol.plain == parameter.symbol.plain && $0.meaning.plain == parameter.meaning.plain
      }
        ?? false
    }
    let own = all.filter { !isShared($0) }
    if let first, own.count < all.count {
      listed = own
      lacking = first.map(\.symbol).filter { symbol in !all.contains { $0.symbol.plain == symbol.plain } }
    } else {
      listed = all
      lacking = nil
    }
  }

  /// A heading and one line a parameter, symbols in Unicode.
  var plain: String {
    guard !listed.isEmpty else { return heading(\.plain) + words.stop }
    let width = listed.reduce(0) { max($0, $1.symbol.plain.displayWidth) }
    return
      ([heading(\.plain)] + listed.map { "  " + $0.symbol.plain.padded(to: width) + "  " + $0.meaning.plain })
      .joined(
        separator: "\n")
  }

  /// A heading and a list, symbols in LaTeX, also within their meanings.
  var markdown: String {
    let heading = heading { "$\($0.latex)$" }
    guard !listed.isEmpty else { return heading + words.stop }
    return heading + words.colon.trimmed + "\n\n"
      + listed.map { "- $\($0.symbol.latex)$\(words.colon)\($0.meaning.latex)" }.joined(separator: "\n")
  }

  private func heading(_ symbol: (Formula) -> String) -> String {
    guard let lacking else { return words.parameters }
    return words.parametersAsInFirst(lacking: lacking.map(symbol), more: !listed.isEmpty)
  }
}
