/// How a CSV file is written: what separates its fields, what marks decimals, what stands for a missing value.
public struct CSVOptions: Sendable, Equatable {
  /// Separates fields; an ASCII character, the comma by default.
  public var separator: Unicode.Scalar
  /// Marks the decimals of numbers; the point by default, the comma in many files separated by semicolons.
  public var decimalMark: Unicode.Scalar
  /// Stands for a missing value in columns of every type.
  public var missing: String

  /// Comma, point and `NA` unless told otherwise.
  /// - Precondition: separator and decimal mark are different ASCII characters, neither a quote nor a line end.
  public init(separator: Unicode.Scalar = ",", decimalMark: Unicode.Scalar = ".", missing: String = "NA") {
    precondition(separator.isASCII && decimalMark.isASCII, "separator and decimal mark are ASCII characters")
    precondition(separator != decimalMark, "'\(separator)' cannot both separate fields and mark decimals")
    precondition(!["\"", "\n", "\r"].contains(separator), "quotes and line ends cannot separate fields")
    self.separator = separator
    self.decimalMark = decimalMark
    self.missing = missing
  }
}
