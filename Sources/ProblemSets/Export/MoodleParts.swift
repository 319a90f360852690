/// A problem's answers parted into those a machine marks, together, and essays, one by one.
struct MoodleParts {
  let automatic: [ProblemVariant]
  let essays: [(id: String, variants: [ProblemVariant])]

  init(of variants: [ProblemVariant]) {
    let answers = variants[0].answers
    let byHand = answers.indices.filter { answers[$0].isEssay }
    let others = answers.indices.filter { !answers[$0].isEssay }
    automatic = others.isEmpty ? [] : byHand.isEmpty ? variants : variants.map { $0.part(with: others) }
    essays = byHand.map { i in
      (answers[i].id, answers.count == 1 ? variants : variants.map { $0.part(with: [i]) })
    }
  }
}
