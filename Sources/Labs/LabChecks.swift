import Tables

/// The checks of a whole document that need no command to run: ids differ, every reference and every value
/// has a target in each version in which it is printed, points add up.
///
/// They look at all four versions, whichever is to be built, so a lab that builds for students builds for
/// instructors, too.
struct LabChecks {
  private struct Target {
    let visibility: LabVisibility
    let location: LabLocation
  }

  private(set) var faults: [LabFault] = []
  private var targets: [String: [Target]] = [:]
  private var blockIDs: [String: [Target]] = [:]
  private var sum = 0
  private var exercises = 0

  init(_ document: LabDocument) {
    for element in document.elements { collect(element) }
    for element in document.elements { check(element, .everywhere) }
    if let stated = document.frontMatter.points, let place = document.frontMatter.pointsLocation,
      stated != sum
    {
      faults.append(
        LabFault(
          at: place, "points: \(stated), but the \(exercises) exercises add up to \(sum); mend one of them"))
    }
  }

  private mutating func collect(_ element: LabElement) {
    switch element {
    case .text, .heading, .code: break
    case .equation(let equation):
      if let key = equation.key { add(key, equation.visibility, equation.location, to: \.targets) }
    case .table(let table): add(table.key, table.visibility, table.location, to: \.targets)
    case .block(let block):
      if let id = block.id { add(id, block.visibility, block.location, to: \.blockIDs) }
      if let key = block.key { add(key, block.visibility, block.location, to: \.targets) }
    case .division(let division):
      if let key = division.key { add(key, division.visibility, division.location, to: \.targets) }
      if division.kind == .problem {
        exercises += 1
        sum += division.points ?? 0
      }
      for child in division.elements { collect(child) }
    }
  }

  private mutating func add(
    _ key: String, _ visibility: LabVisibility, _ location: LabLocation,
    to table: WritableKeyPath<LabChecks, [String: [Target]]>
  ) {
    if let other = self[keyPath: table][key]?.first(where: { !$0.visibility.isDisjoint(with: visibility) }) {
      // A block's id and its key clash together; one message is enough.
      if faults.last?.location != location {
        faults.append(
          LabFault(at: location, "'\(key)' is already in line \(other.location.line); give one another id"))
      }
    }
    self[keyPath: table][key, default: []].append(Target(visibility: visibility, location: location))
  }

  private mutating func check(_ element: LabElement, _ visibility: LabVisibility) {
    switch element {
    case .text(let text): check(text, visibility)
    case .heading(let heading): check(heading.text, visibility)
    case .code: break
    case .equation(let equation): check(equation.formula, visibility)
    case .table(let table):
      check(table.caption, visibility)
      check(table.body, visibility)
    case .block(let block):
      for (language, text) in block.captions { check(text, visibility.intersection(.language(language))) }
      for (language, text) in block.altTexts { check(text, visibility.intersection(.language(language))) }
    case .division(let division):
      for (language, text) in division.titles {
        check(text, division.visibility.intersection(.language(language)))
      }
      for child in division.elements { check(child, division.visibility) }
    }
  }

  private mutating func check(_ text: InlineText, _ visibility: LabVisibility) {
    for reference in text.references {
      checkTarget(reference.key, sign: "@", targets, visibility, reference.location, what: "nothing")
    }
    for value in text.values {
      for (address, column) in value.expression.addresses {
        let place = value.location.advanced(by: column - 1)
        if address.parts.count < 2 {
          faults.append(
            LabFault(
              at: place, "'\(address)' names a block and no number; write block.address, for example m4.sigma"
            ))
        }
        checkTarget(address.parts[0], sign: "", blockIDs, visibility, place, what: "no block")
      }
    }
  }

  private mutating func checkTarget(
    _ key: String, sign: String, _ table: [String: [Target]], _ visibility: LabVisibility,
    _ place: LabLocation,
    what: String
  ) {
    guard let found = table[key] else {
      let near = NearestNames.of(key, among: Array(table.keys)).map { sign + $0 }
      faults.append(
        LabFault(
          at: place,
          "\(what) has the id '\(sign)\(key)'; "
            + (near.isEmpty
              ? "give a block or formula this id" : "the nearest are \(near.joined(separator: ", "))")))
      return
    }
    let covered = found.reduce(LabVisibility()) { $0.union($1.visibility) }
    let missing = visibility.subtracting(covered)
    if !missing.isEmpty {
      faults.append(
        LabFault(
          at: place,
          "'\(sign)\(key)' stands in line \(found[0].location.line), which is left out of \(missing.words); "
            + "move it out of its division, or the text that uses it into one"))
    }
  }
}
