/// The letters of blanks on a sheet: a for the first.
enum BlankLetter {
  /// The letter of the blank at an index below 26.
  static func of(_ index: Int) -> String { OptionLetter.of(index).lowercased() }
}

/// The letters of options: A for the first.
public enum OptionLetter {
  /// The letter of the option at an index below 26.
  public static func of(_ index: Int) -> String { String(UnicodeScalar(UInt8(65 + index))) }
}
