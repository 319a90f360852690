/// Markdown without its marks, for titles where nothing can be set.
enum PlainText {
  /// The text: emphasis, code and formula marks are left out, names of Greek letters become the letters.
  static func of(_ markdown: String) -> String {
    var out = ""
    var characters = Array(markdown)[...]
    while let c = characters.popFirst() {
      if c == "\\", let next = characters.first {
        if next.isLetter {
          let word = String(characters.prefix { $0.isLetter && $0.isASCII })
          characters = characters.dropFirst(word.count)
          out += greek[word] ?? word
        } else {
          characters = characters.dropFirst()
          out.append(next)
        }
      } else if !"*`${}".contains(c) {
        out.append(c == "\n" ? " " : c)
      }
    }
    return out.trimmingSpaces()
  }

  private static let greek = [
    "alpha": "α", "beta": "β", "gamma": "γ", "sigma": "σ", "rho": "ρ", "mu": "μ", "tau": "τ", "theta": "θ",
    "Sigma": "Σ", "lambda": "λ", "hat": "", "bar": "",
  ]
}
