import Estimates
import MixedModels

extension GroupwiseLinearModels {
  /// All fits as one JSON object: the levels in order, each with its document, and the levels that could not be fitted.
  public var document: JSONValue { document(of: \.document) }
}

extension GroupwiseModels {
  func document(of fitDocument: (Fit) -> JSONValue) -> JSONValue {
    .object([
      ("by", .string(groupingFactor)),
      (
        "fits",
        .array(
          fits.map { level, fit in
            guard case .object(let members) = fitDocument(fit) else { return .null }
            return .object([("level", .string(level))] + members)
          })
      ),
      (
        "failures",
        .array(failures.map { .object([("level", .string($0.level)), ("reason", .string($0.reason))]) })
      ),
    ])
  }
}
