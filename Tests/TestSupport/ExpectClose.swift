import Testing

/// Expects |found − expected| ≤ max(relative·|expected|, absolute). Two NaNs agree; an infinity agrees only with itself.
public func expectClose(
  _ found: Double, _ expected: Double, relative: Double = 0, absolute: Double = 0,
  _ label: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if found == expected || (found.isNaN && expected.isNaN) { return }
  let allowed = max(relative * abs(expected), absolute)
  #expect(
    abs(found - expected) <= allowed,
    "\(label()) found \(found), expected \(expected), difference \(abs(found - expected)) > \(allowed)",
    sourceLocation: sourceLocation)
}

/// `expectClose` for every pair of two arrays of equal length.
public func expectClose(
  _ found: [Double], _ expected: [Double], relative: Double = 0, absolute: Double = 0,
  _ label: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(label()) lengths differ", sourceLocation: sourceLocation)
  for (i, (a, b)) in zip(found, expected).enumerated() {
    expectClose(
      a, b, relative: relative, absolute: absolute, "\(label())[\(i)]", sourceLocation: sourceLocation)
  }
}
