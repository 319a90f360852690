/// What is wrong with a CSV file, and where.
public struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of fault.
  public enum Fault: Equatable, Sendable {
    /// The file has no bytes, or only blank lines.
    case empty
    /// There is a header and nothing below it.
    case noRows(columns: [String])
    /// A row has another number of fields than the header.
    case raggedRow(found: Int, expected: Int)
    /// A quoted field never ends.
    case unclosedQuote
    /// A character other than the separator or a line end follows a closing quote.
    case textAfterQuote(String)
    /// A quoted field begins after blanks, so that its quotes would be read as text.
    case blankBeforeQuote
    /// Two columns have one name.
    case duplicateName(String, first: Int, second: Int)
    /// A column other than the first has no name.
    case emptyName(position: Int)
    /// The header is one field that holds another separator.
    case otherSeparator(found: String, header: String)
    /// The bytes are not UTF-8.
    case notUTF8(byte: UInt8)
    /// The bytes are UTF-16.
    case utf16
    /// A zero byte, as in a binary file.
    case zeroByte
  }

  /// The file's name as messages show it.
  public let file: String
  /// The line in the file, from 1; line ends inside quotes count.
  public let line: Int
  /// The column in the line, from 1, in characters.
  public let column: Int
  /// What was found.
  public let fault: Fault

  /// A fault at a place.
  public init(file: String, line: Int, column: Int, fault: Fault) {
    self.file = file
    self.line = line
    self.column = column
    self.fault = fault
  }

  /// File, line, column, what was found and what would work.
  public var description: String { "\(file):\(line):\(column): \(fault.sentence)" }
}

extension CSVError.Fault {
  /// What was found and what would work.
  var sentence: String {
    switch self {
    case .empty: "the file is empty; a header line with the column names and at least one row are needed"
    case .noRows(let columns):
      "the header names \(counted(columns.count, "column")) (\(columns.joined(separator: ", "))) "
        + "but no row follows; at least one is needed"
    case .raggedRow(let found, let expected) where found == expected + 1:
      "\(counted(found, "field")) where the header names \(expected); a text that holds the separator "
        + "needs quotes, and a column of row names needs a name of its own"
    case .raggedRow(let found, let expected):
      "\(counted(found, "field")) where the header names \(expected); a missing value is written NA or left "
        + "empty between separators, a text that holds the separator needs quotes"
    case .unclosedQuote:
      "the quote that opens here is never closed; end the field with a quote and double the quotes inside it"
    case .textAfterQuote(let text):
      "'\(text)' after a closing quote; a separator or the line's end belongs there, and a quote inside a "
        + "quoted field is doubled"
    case .blankBeforeQuote:
      "a blank before an opening quote would make the quotes part of the text; remove the blank"
    case .duplicateName(let name, let first, let second):
      "columns \(first) and \(second) are both called '\(name)'; give each column its own name"
    case .emptyName(let position):
      "column \(position) has no name; only the first may be without (it is then called X), as written by R's "
        + "write.csv for row names"
    case .otherSeparator(let found, let header):
      "the header is the single field '\(header)', which holds a \(found); "
        + "if that separates the columns, say so (--separator)"
    case .notUTF8(let byte):
      "byte 0x\(String(byte, radix: 16, uppercase: true)) does not belong to UTF-8 text; save the file as UTF-8"
    case .utf16: "the file is UTF-16 text; save it as UTF-8"
    case .zeroByte: "a zero byte: this is not a text file; CSV text in UTF-8 is needed"
    }
  }

  private func counted(_ n: Int, _ noun: String) -> String { n == 1 ? "1 \(noun)" : "\(n) \(noun)s" }
}
