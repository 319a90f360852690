/// A number with what it counts, in English: "1 cell", "12 cells".
/// - Parameters:
///   - number: how many.
///   - noun: one of them; its plural ends in s.
///   - text: how the number is written, where not in plain digits.
package func counted(_ number: Int, _ noun: String, written text: String? = nil) -> String {
  "\(text ?? String(number)) \(noun)\(number == 1 ? "" : "s")"
}
