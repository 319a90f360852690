extension GeneralizedLinearMixedModel {
  /// How many binomial responses stand against a coefficient that grows without end, and against one that falls so: failures in rows where its column is positive and
  /// successes where it is negative; and the other way round.
  ///
  /// - Returns: nil where the column has zeros: what other coefficients add decides such rows.
  package func opposedResponses(column k: Int) -> (growing: Double, falling: Double)? {
    let column = fixedMatrix.column(k)
    guard column.allSatisfy({ $0 != 0 }) else { return nil }
    let observed = observedResponse(family)
    var (growing, falling) = (0.0, 0.0)
    for (i, x) in column.enumerated() {
      let successes = observed.response[i] * observed.weights[i]
      let failures = observed.weights[i] - successes
      growing += x > 0 ? failures : successes
      falling += x > 0 ? successes : failures
    }
    return (growing, falling)
  }
}
