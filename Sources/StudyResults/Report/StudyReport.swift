import Designs
import Reporting
import Studies
import Tables

/// A study as a report: methods that another person can repeat, the design, how every fit ended, tables of the main measures with their Monte Carlo errors,
/// and figures. Markdown with formulas in LaTeX.
public struct StudyReport: Sendable {
  /// The study with its results.
  public let measured: MeasuredStudy
  /// The language.
  public let language: Language
  /// Name and version of the program.
  public let program: String
  /// The figures, drawn already.
  public let figures: [ReportFigure]

  let words: StudyWords
  var study: StudySpecification { measured.study }
  let designs: [DataDesign]

  /// A figure of the report.
  public struct ReportFigure: Sendable, Equatable {
    /// Path of the image, as the report names it.
    public let path: String
    /// What it shows.
    public let title: String
    /// Its caption.
    public let caption: String
    /// The text for those who cannot see it.
    public let alternativeText: String

    /// A figure.
    public init(path: String, title: String, caption: String, alternativeText: String) {
      self.path = path
      self.title = title
      self.caption = caption
      self.alternativeText = alternativeText
    }
  }

  /// A report.
  /// - Throws: `SpecificationError` for a cell that the design refuses.
  public init(
    _ measured: MeasuredStudy, language: Language, program: String, figures: [ReportFigure] = []
  ) throws {
    self.measured = measured
    self.language = language
    self.program = program
    self.figures = figures
    words = StudyWords(language)
    designs = try measured.study.cells.map { try measured.study.design(of: $0) }
  }

  /// The line below the title.
  public var subtitle: String {
    words.either("Report of a Monte Carlo study", "蒙特卡罗研究报告")
  }

  /// The whole report, its title included.
  public var markdown: String { "# \(study.title)\n\n*\(subtitle)*\n\n" + body }

  /// The report without its title.
  public var body: String {
    var parts = [overview]
    parts.append(heading("Methods", "方法"))
    parts += methods
    if !figures.isEmpty {
      parts.append(heading("Figures", "图"))
      parts += figures.enumerated().map { figure($1, number: $0 + 1) }
    }
    parts.append(heading("How the fits ended", "拟合如何结束"))
    parts += statusParts
    parts.append(heading("Measures", "指标"))
    parts += measureParts
    parts.append(heading("The study's file", "研究文件"))
    parts.append("```yaml\n\(specificationText)```")
    var tables = 0
    return parts.map { part in
      var text = part[...]
      while text.last == "\n" { text.removeLast() }
      guard text.hasPrefix(StudyReport.tableMark) else { return String(text) }
      tables += 1
      return either("**Table \(tables).** ", "**表 \(tables)**　") + text.dropFirst(StudyReport.tableMark.count)
    }.joined(separator: "\n\n") + "\n"
  }

  /// What captions of tables begin with until they are numbered.
  private static let tableMark = "Table: "

  func either(_ english: String, _ chinese: String) -> String { words.either(english, chinese) }

  func heading(_ english: String, _ chinese: String, level: Int = 2) -> String {
    String(repeating: "#", count: level) + " " + either(english, chinese)
  }

  private func figure(_ figure: ReportFigure, number: Int) -> String {
    let label = either("Figure \(number)", "图 \(number)")
    let alt = figure.alternativeText.replacing("[", with: "\\[").replacing("]", with: "\\]")
    return
      "![\(alt)](\(figure.path))\n\n**\(label)\(either(".** ", "**　"))\(figure.title)\(either(". ", "。"))\(figure.caption)"
  }

  /// What there is, in a sentence; what is missing, loudly.
  private var overview: String {
    let (cells, replicates) = (study.cells.count, grouped(study.replicates))
    let total = measured.replicates.reduce(0) { $0 + $1.done }
    let text = either(
      "\(cells == 1 ? "One cell" : "\(cells) cells") with \(counted(study.replicates, "replicate", written: replicates)) each: \(counted(total, "data set", written: grouped(total))), to \(total == 1 ? "which" : "each of which") \(study.strategies.count == 1 ? "one strategy was" : "\(study.strategies.count) strategies were") applied. Numbers in parentheses are Monte Carlo standard errors (MCSE); one in brackets says how many replicates gave a number where not all did.",
      "共 \(cells) 个单元，每个单元 \(replicates) 次重复：\(grouped(total)) 份数据，每份数据都用 \(study.strategies.count) 种策略分析。圆括号内是蒙特卡罗标准误（MCSE）；若并非所有重复都给出该数，方括号内是给出的次数。"
    )
    if measured.isComplete { return text }
    let missing = measured.replicates.reduce(0) { $0 + $1.wanted - $1.done }
    let short = measured.study.cells.filter {
      measured.replicates[$0.number - 1].done < measured.replicates[$0.number - 1].wanted
    }
    return either(
      "> **PARTIAL RESULTS.** \(grouped(missing)) of \(counted(total + missing, "replicate", written: grouped(total + missing))) \(missing == 1 ? "is" : "are") missing, in \(short.count) of \(counted(cells, "cell")); the numbers below rest on those that are there.",
      "> **结果不完整。** \(grouped(total + missing)) 次重复中尚缺 \(grouped(missing)) 次，涉及 \(cells) 个单元中的 \(short.count) 个；以下数字只依据已有的重复。"
    )
      + "\n\n" + text
  }

  /// A whole number with groups of three digits from 10 000 on.
  func grouped(_ number: Int) -> String {
    guard number >= 10_000 else { return String(number) }
    var text = ""
    let digits = String(number)
    for (k, digit) in digits.enumerated() {
      if k > 0, (digits.count - k) % 3 == 0 { text.append("\u{202F}") }
      text.append(digit)
    }
    return text
  }

  /// A strategy's words: its method's, unless it has a name of its own.
  func name(_ strategy: StudyStrategy) -> String {
    strategy.name == strategy.method.rawValue ? words.strategy(strategy.method) : strategy.name
  }
}
