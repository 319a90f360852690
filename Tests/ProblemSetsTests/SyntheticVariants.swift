import Labs

@testable import ProblemSets

/// Problems of every type whose texts hold what formats trip over.
enum Synthetic {
  /// A picture of one dot.
  static let png = Base64Text.decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")!

  static let english = """
    Data of $J=5$ departments. **Bold**, *it*, `code <x>` & ]]> } ~ # = : 5 < 6; {1:MC:=a}, $x_{1:n}$.

    ```
    lmer(formula = y ~ x + (1 | g))
                coef.est coef.se
    (Intercept) 5.32     0.11
    ```

        number of obs: 100 & {more}
        AIC = 5.1, DIC = ?

          deviance = <1>

    $$\\hat\\alpha_j = \\frac{n_j/\\sigma^2_y}{n_j/\\sigma_y^2 + 1/\\sigma_\\alpha^2}$$

    | department | n | mean |
    |---|--:|--:|
    | English | 20 | 41 000 |
    | a\\|b | 3 | $\\bar y$ |

    - one
    - two with ![plot](fig.png)

    1. see [the data](data.csv)


    """
  static let chinese =
    "五个系的数据，$J=5$。**重点**：`~ }`\n第二行 ]]> # < &。\n\n    观测数：100\n    组数：5\n\n![图](fig.png)\n\n"

  static func texts(_ en: String, _ zh: String) -> [LabLanguage: String] { [.en: en, .zh: zh] }

  /// A number with three mistakes, worth a half, a third and nothing.
  static func number(_ value: Double, decimals: Int = 2, isPercent: Bool = false) -> NumberKey {
    NumberKey(
      value: value, decimals: decimals, tolerance: 0.0051, isPercent: isPercent,
      misconceptions: [
        NumberMisconception(
          id: "doubled", value: value * 2, tolerance: 0.0051, credit: 0.5,
          feedback: texts("Twice, } not # half ~.", "翻倍 } # ~")),
        NumberMisconception(
          id: "sign", value: -value, tolerance: 0.0051, credit: 1.0 / 3,
          feedback: texts("The sign $-$.", "符号")),
        NumberMisconception(id: "ten", value: value + 10, tolerance: 0.0051, credit: 0, feedback: [:]),
      ])
  }

  static func options(_ ids: [String], right: Set<String>, isMultiple: Bool = false) -> [ChoiceOption] {
    ids.map { id in
      let isRight = right.contains(id)
      return ChoiceOption(
        id: id,
        text: texts("Option \(id): $y_i \\sim N(0, \\sigma^2)$ } ~ # = & <b> ]]> 50%", "选项 \(id)：`~ }`"),
        isRight: isRight,
        credit: isRight ? 1 / Double(right.count) : isMultiple ? -0.5 : id == "gamma" ? 0.25 : 0,
        feedback: isRight ? [:] : texts("No: \(id) is {wrong} ~ # }.", "错：\(id)。"))
    }
  }

  static func variant(
    _ problem: String, _ index: Int, points: Double = 4, _ keys: [AnswerKey], blanks: [Int]
  ) -> ProblemVariant {
    var stems: [LabLanguage: [StemPiece]] = [:]
    for (language, text) in texts(english, chinese) {
      stems[language] =
        [.markdown(text)]
        + blanks.flatMap {
          [StemPiece.markdown(language == .en ? "Answer \($0): " : "答案 \($0)："), .blank($0), .markdown("; ")]
        }
    }
    let code = ContentID.of([problem, "\(index)"]).prefix(8)
    return ProblemVariant(
      problem: problem, code: String(code), titles: texts("Title $\\rho$ & <\(problem)>", "题目 \(problem)"),
      points: points,
      stem: stems,
      answers: keys.enumerated().map {
        VariantAnswer(id: "a\($0)", weight: 1 / Double(keys.count), key: $1)
      }, solution: texts("It is $w = n/(n+r)$, see ![plot](fig.png).", "解：$w$。"),
      files: [
        VariantFile(path: "fig.png", role: .figure, language: nil, bytes: png),
        VariantFile(path: "data.csv", role: .data, language: nil, bytes: Array("a,b\n1,2\n".utf8)),
      ])
  }

  static let essay = AnswerKey.essay(rubric: [
    .en: [RubricLine(points: 1, text: "names $w$")], .zh: [RubricLine(points: 1, text: "权重")],
  ])

  /// Three variants of each type.
  static var problems: [[ProblemVariant]] {
    func three(_ id: String, blanks: [Int], _ keys: (Double) -> [AnswerKey]) -> [[ProblemVariant]] {
      [(0..<3).map { variant(id, $0, keys(3.1234567 + 7 * Double($0)), blanks: blanks) }]
    }
    let single = AnswerKey.single(options(["alpha", "beta", "gamma"], right: ["beta"]))
    let multiple = AnswerKey.multiple(
      options(["a", "b", "c", "d", "e"], right: ["b", "d", "e"], isMultiple: true))
    return three("numerical", blanks: [0]) { [.number(number($0))] }
      + three("percent", blanks: []) { [.number(number($0, isPercent: true))] }
      + three("single", blanks: []) { _ in [single] } + three("multiple", blanks: []) { _ in [multiple] }
      + three("cloze", blanks: [0, 1, 3]) {
        [.number(number($0)), single, multiple, .number(number($0 * 3))]
      }
      + three("essay", blanks: []) { _ in [essay] }
      + three("mixed", blanks: [0]) { [.number(number($0)), essay] }
  }

  static var export: QuestionExport {
    QuestionExport(set: "foundations", titles: texts("Foundations & more", "基础"), problems: problems)
  }
}
