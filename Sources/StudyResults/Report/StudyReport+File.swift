import Specifications
import Studies

extension StudyReport {
  /// The study's file: a line for each part, those of the design indented.
  var specificationText: String {
    var text = ""
    for entry in (try? study.node.entries()) ?? [] {
      if entry.key == "design", let inner = try? entry.value.entries() {
        text += "design:\n"
        for part in inner {
          if let deeper = try? part.value.entries(), part.value.canonicalText.count > 90 {
            text += "  \(part.key):\n"
            for one in deeper { text += "    \(one.key): \(one.value.canonicalText)\n" }
          } else {
            text += "  \(part.key): \(part.value.canonicalText)\n"
          }
        }
      } else {
        text += "\(entry.key): \(entry.value.canonicalText)\n"
      }
    }
    return text
  }
}
