import Labs

/// Reads static R/exams exercises as far as their meta-information grades them.
struct RExamsReader {
  /// The exercises of a folder, in the order in which they were written.
  /// - Throws: `ImportFault` at the first that is not whole.
  static func questions(_ files: [OutputFile]) throws(ImportFault) -> [ImportedQuestion] {
    let names = Set(files.map { $0.path.split(separator: "/").last.map(String.init) ?? "" })
    var questions: [ImportedQuestion] = []
    for file in files where file.path.hasSuffix(".Rmd") {
      questions.append(try question(String(decoding: file.bytes, as: UTF8.self), file.path, names))
    }
    return questions
  }

  private static func question(_ text: String, _ path: String, _ names: Set<String>) throws(ImportFault)
    -> ImportedQuestion
  {
    for section in ["Question\n========\n", "Solution\n========\n", "Meta-information\n================\n"] {
      guard text.pieces(after: section).count == 1 else {
        throw ImportFault("\(path): not exactly one section \(section.prefix { $0 != "\n" })")
      }
    }
    for piece in text.pieces(after: "include_supplement(\"") {
      let name = String(piece.prefix { $0 != "\"" })
      if !names.contains(name) { throw ImportFault("\(path): the supplement '\(name)' is not there") }
    }
    var meta: [String: String] = [:]
    let start = text.firstRange(of: "Meta-information\n")!.upperBound
    for line in text[start...].split(separator: "\n") {
      guard let colon = line.firstRange(of: ": ") else { continue }
      meta[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
    }
    guard let type = meta["extype"], let solution = meta["exsolution"], let name = meta["exname"] else {
      throw ImportFault("\(path): extype, exsolution or exname is missing")
    }
    let types = type == "cloze" ? (meta["exclozetype"] ?? "").split(separator: "|").map(String.init) : [type]
    let solutions = solution.split(separator: "|").map(String.init)
    let tolerances = (meta["extol"] ?? "").split(separator: "|").map(String.init)
    guard types.count == solutions.count, !types.isEmpty else {
      throw ImportFault("\(path): \(solutions.count) solutions to \(types.count) parts")
    }
    if type == "cloze" {
      for i in types.indices where !text.contains("\\#\\#ANSWER\(i + 1)\\#\\#") {
        throw ImportFault("\(path): no ##ANSWER\(i + 1)##")
      }
    }
    let weights = (meta["expoints"] ?? "1").split(separator: "|").map { Double($0) ?? 1 }
    var parts: [(part: GradedPart, right: [Int])] = []
    for (i, type) in types.enumerated() {
      switch type {
      case "num":
        guard tolerances.indices.contains(i), let value = Double(solutions[i]),
          let tolerance = Double(tolerances[i])
        else {
          throw ImportFault("\(path): a number without solution or tolerance")
        }
        parts.append((.numeric([(value, tolerance, 1)]), []))
      case "schoice", "mchoice":
        let right = solutions[i].enumerated().filter { $0.element == "1" }.map(\.offset)
        guard solutions[i].allSatisfy({ $0 == "0" || $0 == "1" }), type == "mchoice" || right.count == 1
        else {
          throw ImportFault("\(path): the solution '\(solutions[i])' names no options")
        }
        parts.append((.single([]), right))
      case "string": parts.append((.essay, []))
      default: throw ImportFault("\(path): the type '\(type)' is not known")
      }
    }
    let list = parts
    let category = meta["exsection"]?.split(separator: "/").last.map(String.init) ?? ""
    let stem = String(text.firstRange(of: "Question\n========\n").map { text[$0.upperBound...] } ?? "")
    let question =
      stem.firstRange(of: "\nSolution\n========\n").map { String(stem[..<$0.lowerBound]) } ?? stem
    return ImportedQuestion(
      category: category, name: name, partCount: parts.count, isByHand: types == ["string"],
      code: CodeBlocks.of(markdown: question)
    ) { responses throws(ImportFault) in
      var total = 0.0
      for (i, (response, part)) in zip(responses, list).enumerated() {
        let weight = list.count == 1 ? 1 : weights[i] / weights.reduce(0, +)
        if case .single = part.part {
          if case .options(let chosen) = response, chosen == part.right { total += weight }
        } else {
          total += weight * (try part.part.share(of: response))
        }
      }
      return total
    }
  }
}
