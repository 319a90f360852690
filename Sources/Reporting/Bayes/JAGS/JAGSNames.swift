/// Names for JAGS: letters of ASCII, digits and underscores, a letter first, no two alike.
struct JAGSNames {
  /// Names of the program's own, and words of the language.
  private var used: Set<String> = [
    "n", "i", "j", "k", "y", "m", "o", "w", "se", "p", "mu", "eta", "zeros", "beta", "sigma", "theta",
    "shape", "tau_sigma", "model", "data", "for", "in", "if", "else", "var", "T", "I", "X", "df",
    "all", "complete", "start", "inits", "fit", "draws", "c", "list", "factor", "interaction",
  ]

  /// Prefixes of the names that belong to a random-effects term.
  static let prefixes = [
    "b_", "coef_", "at_", "z_", "sd_", "tau_", "u_", "w_", "rest_", "L_", "R_", "rho_", "J_",
  ]

  /// A name for a column.
  mutating func column(_ name: String) -> String { taken(name) { [$0] } }

  /// A name for a random-effects term, free with all prefixes.
  mutating func term(_ label: String) -> String {
    taken(label) { name in JAGSNames.prefixes.map { $0 + name } }
  }

  private mutating func taken(_ name: String, _ all: (String) -> [String]) -> String {
    var plain = ""
    for character in name.unicodeScalars {
      let isPlain =
        character.isASCII
        && (character.properties.isAlphabetic || "0123456789".unicodeScalars.contains(character))
      if isPlain {
        plain.unicodeScalars.append(character)
      } else if !plain.hasSuffix("_"), !plain.isEmpty {
        plain += "_"
      }
    }
    while plain.hasSuffix("_") { plain.removeLast() }
    if plain.unicodeScalars.first.map({ !$0.properties.isAlphabetic }) ?? true { plain = "x" + plain }
    var (found, count) = (plain, 1)
    while all(found).contains(where: used.contains) {
      count += 1
      found = "\(plain)_\(count)"
    }
    used.formUnion(all(found))
    return found
  }
}
