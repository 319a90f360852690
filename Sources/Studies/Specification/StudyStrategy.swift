import MixedModels
import Specifications

/// One way of estimating that a study compares: a pooling method, with a formula of its own where the study's is not meant.
public struct StudyStrategy: Sendable {
  /// The name in results.
  public let name: String
  /// The way of pooling.
  public let method: PoolingMethod
  /// The formula; nil for the study's.
  public let formula: String?
  /// How a posterior is drawn from; nil for other methods.
  public let posterior: StudyPosterior?
  /// Where the formula is written, for messages; nil where there is none.
  package let formulaNode: SpecificationNode?

  /// A strategy; its name is the method's unless told.
  public init(
    _ method: PoolingMethod, name: String? = nil, formula: String? = nil,
    posterior: StudyPosterior? = nil
  ) {
    self.init(method, name: name, formula: formula, posterior: posterior, at: nil)
  }

  init(
    _ method: PoolingMethod, name: String? = nil, formula: String?, posterior: StudyPosterior?,
    at node: SpecificationNode?
  ) {
    self.method = method
    self.name = name ?? method.rawValue
    self.formula = formula
    self.posterior = method == .bayes ? posterior ?? StudyPosterior() : nil
    formulaNode = node
  }

  /// All that results of the strategy depend on beside the study: part of the study's hash.
  var identity: String {
    "\(name) \(method.rawValue) \(formula ?? "")" + (posterior.map { " \($0.text)" } ?? "")
  }

  /// Characters of names: letters of any alphabet, digits, and these.
  private static let marks: Set<Character> = [" ", ".", "_", "-", "+", "(", ")"]

  /// What is wrong with a name, and what would work; nil for one that tables, addresses and figures can hold.
  static func fault(ofName name: String) -> String? {
    let allowed = "letters of any alphabet, digits, spaces and . _ - + ( ) would work"
    if name.allSatisfy({ $0 == " " }) { return "a strategy's name is empty; \(allowed)" }
    guard let odd = name.first(where: { !($0.isLetter || $0.isNumber || marks.contains($0)) }) else {
      return nil
    }
    let shown = odd.isNewline ? "a line end" : odd == "\t" ? "a tab" : "'\(odd)'"
    let line = String(name.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    return "the strategy's name '\(line)' has \(shown) in it; \(allowed)"
  }
}

extension StudyStrategy: Equatable {
  /// Whether name, method, formula and posterior are the same, wherever they are written.
  public static func == (a: StudyStrategy, b: StudyStrategy) -> Bool {
    a.name == b.name && a.method == b.method && a.formula == b.formula && a.posterior == b.posterior
  }
}

/// How a strategy ended in one replicate.
public enum ReplicateStatus: String, Sendable, CaseIterable {
  /// An optimum inside the parameter space, or least squares that determine something.
  case ok
  /// An optimum on the boundary: a variance of zero or a correlation of ±1. A result, not an error.
  case boundary
  /// The optimum was not found to full precision; estimates are what was found.
  case notConverged = "not_converged"
  /// The data do not determine the model; there are no estimates.
  case unidentified
  /// The fit failed for another reason; there are no estimates.
  case error

  /// The number of statuses that come with estimates; they come first.
  public static let estimatedCount = 3
  /// The place among all.
  public var index: Int {
    switch self {
    case .ok: 0
    case .boundary: 1
    case .notConverged: 2
    case .unidentified: 3
    case .error: 4
    }
  }
}

/// What intervals of fixed effects of partially pooled models are made with.
public enum IntervalMethod: String, Sendable, CaseIterable {
  /// Normal quantiles.
  case wald
  /// t quantiles with Satterthwaite's degrees of freedom.
  case satterthwaite
}
