/// The `name=value` pairs behind a fence, a div or an equation.
///
///     id=m4 show=both cap.en="Salary by experience" r='lmer(y ~ x)'
///
/// A value is a bare word or stands in single or double quotes, where `\"`, `\'`, `\\` and `\n` mean the
/// quote, the backslash and a new line. A bare word without `=` is kept as a name with an empty value.
package struct LabAttributes: Sendable {
  package struct Entry: Sendable {
    package let name: String
    package let value: String
    /// Where the name begins.
    package let location: LabLocation
    /// Where the value's first character stands.
    package let valueLocation: LabLocation
  }

  package private(set) var entries: [Entry] = []

  /// No pairs.
  package init() {}

  package subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

  package func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }

  /// Reads pairs up to the end of the line and adds them; a repeated name or an open quote is a fault.
  package mutating func read(_ text: some StringProtocol, at start: LabLocation, faults: inout [LabFault]) {
    let characters = Array(text)
    var i = 0
    while true {
      while i < characters.count, characters[i] == " " || characters[i] == "\t" { i += 1 }
      if i == characters.count { return }
      let nameStart = i
      while i < characters.count, characters[i] != "=", characters[i] != " ", characters[i] != "\t" { i += 1 }
      let name = String(characters[nameStart..<i])
      let location = start.advanced(by: nameStart)
      var value = ""
      var valueLocation = start.advanced(by: i)
      if i < characters.count, characters[i] == "=" {
        i += 1
        valueLocation = start.advanced(by: i)
        if i < characters.count, characters[i] == "\"" || characters[i] == "'" {
          let quote = characters[i]
          i += 1
          valueLocation = start.advanced(by: i)
          var closed = false
          while i < characters.count {
            if characters[i] == "\\", i + 1 < characters.count, "\"'\\n".contains(characters[i + 1]) {
              value.append(characters[i + 1] == "n" ? "\n" : characters[i + 1])
              i += 2
              continue
            }
            i += 1
            if characters[i - 1] == quote {
              closed = true
              break
            }
            value.append(characters[i - 1])
          }
          if !closed {
            faults.append(
              LabFault(
                at: location,
                "the value of '\(name)' opens with \(quote) and is never closed; end it with \(quote)"))
          }
        } else {
          while i < characters.count, characters[i] != " ", characters[i] != "\t" {
            value.append(characters[i])
            i += 1
          }
        }
      }
      if self.entry(name) != nil {
        faults.append(LabFault(at: location, "attribute '\(name)' stands twice; keep one"))
        continue
      }
      entries.append(Entry(name: name, value: value, location: location, valueLocation: valueLocation))
    }
  }

  /// Adds a fault for each name that is not known.
  package func checkNames(_ known: [String], of what: String, faults: inout [LabFault]) {
    for entry in entries where !known.contains(entry.name) {
      faults.append(
        LabFault(
          at: entry.location,
          "\(what) has no attribute '\(entry.name)'; it may have \(known.joined(separator: ", "))"))
    }
  }

  /// Adds a fault where one language of a text (`cap.en`, `cap.zh`) is given without the other.
  package func checkLanguagePair(_ name: String, of what: String, faults: inout [LabFault]) {
    for (given, missing) in [("en", "zh"), ("zh", "en")] {
      if let entry = entry("\(name).\(given)"), self.entry("\(name).\(missing)") == nil {
        faults.append(
          LabFault(
            at: entry.location, "\(what) has \(name).\(given) but no \(name).\(missing); give both or neither"
          ))
      }
    }
  }
}
