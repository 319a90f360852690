import Glibc
import Labs
import Tables

/// The first student's sheet of a problem set that was built into `sets/ID` of a folder of handouts, with its solutions: a sample for the folder's index.
package struct SampleSheets {
  private let set: ProblemSet
  private let folder: String
  private let student: String

  /// - Throws: `MissingSample` where the set was not built there.
  package init(of set: ProblemSet, in handouts: String) throws {
    self.set = set
    folder = handouts
    let students = "\(handouts)/sets/\(set.id)/students"
    guard let first = SetFolder.names(in: students).first(where: { !$0.hasPrefix(".") }) else {
      throw MissingSample(set: set.file, folder: "\(handouts)/sets/\(set.id)")
    }
    student = first
  }

  /// A set that is to be named and was not built.
  package struct MissingSample: Error, CustomStringConvertible {
    let set, folder: String

    package var description: String {
      "no students' sheets of '\(set)' are in \(folder); build them first: mlm problems build \(set) --out \(folder) …"
    }
  }

  /// What the index names: sheets for students, solutions for instructors.
  package var results: [LabResult] {
    let (problems, points) = (self.set.problems.count, shortestText(self.set.totalPoints))
    let subtitles: [LabLanguage: String] = [
      .en:
        "\(problems) problems, \(points) points; every student has other data. Here the sheet of a sample student.",
      .zh: "\(problems) 题，\(points) 分；每位同学的数据各不相同。此处为样例学生的题卷。",
    ]
    let base = "sets/\(self.set.id)/"
    func found(_ paths: [String], _ audience: LabAudience, _ language: LabLanguage) -> LabResult? {
      let there = paths.filter { access("\(folder)/\($0)", R_OK) == 0 }
      if there.isEmpty { return nil }
      return LabResult(
        id: "set " + self.set.id, titles: self.set.titles, subtitles: subtitles, audience: audience,
        language: language, documents: there)
    }
    return LabLanguage.allCases.flatMap { language -> [LabResult] in
      let (sheet, solution) = (
        "students/\(student)/sheet.\(language.rawValue)",
        "instructor/solutions/\(student).\(language.rawValue)"
      )
      return [
        found([".html", ".md"].map { base + sheet + $0 }, .student, language),
        found([".html", ".md"].map { base + solution + $0 }, .instructor, language),
      ].compactMap { $0 }
    }
  }
}
