import Tables

/// What stands at the top of a lab between two lines `---`, one `key: value` a line.
public struct LabFrontMatter: Sendable {
  /// The name in file names: ASCII letters, digits, `_` and `-`; by default the source's name without
  /// `.lab.md`.
  public let id: String
  /// The title in both languages.
  public let titles: [LabLanguage: String]
  /// A second line under the title; both languages or none.
  public let subtitles: [LabLanguage: String]
  /// Printed as it stands.
  public let author: String?
  /// Printed as it stands; nothing else dates a handout.
  public let date: String?
  /// The seed that commands may take where they are given none.
  public let seed: Int?
  /// Files beside the lab's source that are handed out with it, below `handout/`, parted by blanks.
  public let data: [String]
  /// The width of figures that say nothing else.
  public let widthInCentimetres: Double?
  /// What columns and levels are called in figures and explanations, parted by `;`, each as in
  /// `experience=experience [years]|工作年限 [年]`.
  public let labels: [String]
  /// What all exercises together are worth; checked against their sum.
  public let points: Int?
  /// The line of `points`, for messages.
  let pointsLocation: LabLocation?
  let dataLocation: LabLocation

  static let keys = [
    "id", "title.en", "title.zh", "subtitle.en", "subtitle.zh", "author", "date", "seed", "data", "width_cm",
    "labels", "points",
  ]

  /// Reads the lines between the two `---`; the first of them is line 2 of the file.
  init(_ lines: [String], file: String, faults: inout [LabFault]) {
    var values: [String: (value: String, location: LabLocation)] = [:]
    for (i, line) in lines.enumerated() {
      let location = LabLocation(file: file, line: i + 2)
      let text = line.trimmingBlanks()
      if text.isEmpty || text.hasPrefix("#") { continue }
      guard let colon = text.firstIndex(of: ":") else {
        faults.append(
          LabFault(
            at: location, "'\(text)' is not 'key: value'; keys are \(Self.keys.joined(separator: ", "))"))
        continue
      }
      let key = text[..<colon].trimmingBlanks()
      var value = text[text.index(after: colon)...].trimmingBlanks()
      if value.count >= 2, let first = value.first, first == value.last, first == "\"" || first == "'" {
        value = String(value.dropFirst().dropLast())
      }
      if !Self.keys.contains(key) {
        let near = NearestNames.close(to: key, among: Self.keys)
        let advice = near.map { " (did you mean '\($0)'?)" } ?? ""
        faults.append(
          LabFault(at: location, "no key '\(key)'\(advice); keys are \(Self.keys.joined(separator: ", "))"))
      } else if values[key] != nil {
        faults.append(LabFault(at: location, "'\(key)' stands twice; keep one"))
      } else {
        values[key] = (value, location)
      }
    }
    let top = LabLocation(file: file, line: 1)
    func number<T: LosslessStringConvertible>(_ key: String, _ what: String, where good: (T) -> Bool) -> T? {
      guard let (text, location) = values[key] else { return nil }
      if let n = T(text), good(n) { return n }
      faults.append(LabFault(at: location, "\(key): '\(text)' is not \(what)"))
      return nil
    }
    func pair(_ name: String, isRequired: Bool) -> [LabLanguage: String] {
      var texts: [LabLanguage: String] = [:]
      for language in LabLanguage.allCases {
        if let (text, _) = values["\(name).\(language.rawValue)"], !text.isEmpty { texts[language] = text }
      }
      if texts.count == 1 || (texts.isEmpty && isRequired) {
        let missing = LabLanguage.allCases.filter { texts[$0] == nil }.map { "\(name).\($0.rawValue)" }
        faults.append(
          LabFault(
            at: top, "the front matter lacks \(missing.joined(separator: " and ")); add it between the '---'")
        )
      }
      return texts
    }
    let name = file.split(separator: "/").last.map(String.init) ?? file
    let plain = name.hasSuffix(".lab.md") ? String(name.dropLast(7)) : String(name.prefix { $0 != "." })
    id = values["id"]?.value ?? plain
    if id.isEmpty || !id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
    {
      faults.append(
        LabFault(
          at: values["id"]?.location ?? top,
          "'\(id)' cannot be the lab's id; use ASCII letters, digits, _ and -"))
    }
    titles = pair("title", isRequired: true)
    subtitles = pair("subtitle", isRequired: false)
    author = values["author"]?.value
    date = values["date"]?.value
    seed = number("seed", "a whole number") { (_: Int) in true }
    data = (values["data"]?.value ?? "").split(separator: " ").map(String.init)
    dataLocation = values["data"]?.location ?? top
    widthInCentimetres = number("width_cm", "a width in cm between 1 and 100") { (1...100).contains($0) }
    labels = (values["labels"]?.value ?? "").split(separator: ";").map { $0.trimmingBlanks() }
    for label in labels where !LabFrontMatter.isLabel(label) {
      faults.append(
        LabFault(
          at: values["labels"]!.location,
          "labels: '\(label)' is not NAME=English|中文; entries are parted by ';', units stand in [ ]"))
    }
    points = number("points", "a whole number above 0") { $0 > 0 }
    pointsLocation = values["points"]?.location
  }

  /// Whether a text gives a name its words in both languages.
  private static func isLabel(_ text: String) -> Bool {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return false }
    let words = text[text.index(after: equals)...].split(separator: "|", omittingEmptySubsequences: false)
    return words.count == 2 && !words.contains { $0.trimmingBlanks().isEmpty }
  }
}
