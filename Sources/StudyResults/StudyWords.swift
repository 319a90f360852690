import MixedModels
import Reporting
import Studies

/// Words for what studies estimate and measure, in both languages.
public struct StudyWords: Sendable {
  /// The language.
  public let language: Language

  /// The words of a language.
  public init(_ language: Language) { self.language = language }

  /// The wording in this language.
  public func either(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }

  static let constant = "(Intercept)"

  /// A name inside a Chinese sentence, with blanks where it begins or ends with a Latin letter or a digit.
  func inSentence(_ name: String, atStart: Bool = false) -> String {
    (!atStart && name.first?.isASCII == true ? " " : "") + name + (name.last?.isASCII == true ? " " : "")
  }

  /// Joins parts: "a, b and c", “a、b 与 c”.
  func list(_ parts: [String]) -> String {
    guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: either(", ", "、")) + either(" and ", "与") + last
  }

  /// An estimand's address in words: "intercepts of school", “school 的截距”.
  public func estimand(_ address: String) -> String {
    var parts = address.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    // Further terms of a factor have numbers: random.school.1.x.sd.
    if parts[0] == "random", parts.count > 4, parts[2].allSatisfy(\.isNumber) { parts.remove(at: 2) }
    func effect(_ name: String) -> String {
      name == StudyWords.constant
        ? either("intercept", "截距") : either("slope of \(name)", "\(inSentence(name))的斜率")
    }
    func effects(_ name: String, atStart: Bool = false) -> String {
      name == StudyWords.constant
        ? either("intercepts", "截距")
        : either("slopes of \(name)", "\(inSentence(name, atStart: atStart))的斜率")
    }
    let rest = { [parts] (k: Int) in parts.dropFirst(k).joined(separator: ".") }
    switch parts[0] {
    case "fixed" where parts.count > 1:
      return rest(1) == StudyWords.constant
        ? either("the mean intercept", "平均截距")
        : either("the coefficient of \(rest(1))", "\(inSentence(rest(1), atStart: true))的系数")
    case "residual": return either("the residual SD", "残差标准差")
    case "coef" where parts.count > 2:
      return either("the \(effects(rest(2))) of \(parts[1])", "各\(inSentence(parts[1]))的\(effects(rest(2)))")
    case "new" where parts.count > 2:
      return either(
        "the \(effect(rest(2))) of a new \(parts[1])", "新\(inSentence(parts[1]))的\(effect(rest(2)))")
    case "random" where parts.count > 3 && parts.last == "sd":
      let name = parts.dropFirst(2).dropLast().joined(separator: ".")
      return either(
        "the SD of \(effects(name)) by \(parts[1])",
        "\(inSentence(parts[1], atStart: true))\(name == StudyWords.constant ? "" : "的")\(effects(name))的标准差")
    case "random" where parts.count > 3:
      return either(
        "the correlation of \(effects(parts[2])) and \(effects(rest(3)))",
        "\(effects(parts[2], atStart: true))与\(effects(rest(3)))的相关系数")
    default: return address
    }
  }

  /// A measure by itself.
  public func measure(_ measure: Measure) -> String {
    switch measure {
    case .bias: either("bias", "偏差")
    case .rmse: either("RMSE", "RMSE（均方根误差）")
    case .empiricalSE: either("standard deviation over replicates", "各次重复的标准差")
    case .modelSE: either("mean standard error", "平均标准误")
    case .coverage: either("coverage", "覆盖率")
    case .width: either("width of intervals", "区间宽度")
    case .mseVersusComplete: either("MSE relative to complete pooling", "相对全池化的均方误差")
    case .mseVersusNone: either("MSE relative to no pooling", "相对无池化的均方误差")
    case .nearerThanComplete: either("share nearer than complete pooling", "比全池化更近的比例")
    case .nearerThanNone: either("share nearer than no pooling", "比无池化更近的比例")
    case .weight: either("weight of own data w", "自身数据的权重 w")
    case .weightExcess: either("weight in excess of theory", "权重超出理论值的量")
    case .shrinkage: either("shrinkage 1 − w", "收缩 1 − w")
    case .movement: either("movement from no pooling", "相对无池化的移动")
    case .estimated: either("share of groups with an estimate", "有估计值的组的比例")
    case .power: either("power", "检验功效")
    case .typeS: either("type S error", "S 型错误率")
    case .typeM: either("type M error", "M 型错误（夸大倍数）")
    }
  }

  /// How a fit ends.
  public func status(_ status: ReplicateStatus) -> String {
    switch status {
    case .ok: either("fits inside the parameter space", "位于参数空间内部的拟合")
    case .boundary: either("boundary rate", "边界拟合比例")
    case .notConverged: either("rate of fits not converged", "未收敛比例")
    case .unidentified: either("rate of models not identified", "不可识别比例")
    case .error: either("rate of errors", "出错比例")
    }
  }

  /// A way of pooling as a strategy.
  public func strategy(_ method: PoolingMethod) -> String {
    switch method {
    case .complete: either("complete pooling", "全池化")
    case .none: either("no pooling", "无池化")
    case .lsdv: "LSDV"
    case .reml: either("partial pooling (REML)", "部分池化（REML）")
    case .ml: either("partial pooling (ML)", "部分池化（ML）")
    case .oracle: either("known variances", "方差已知")
    case .bayes: either("partial pooling (Bayes)", "部分池化（贝叶斯）")
    }
  }
}
