/// A Markdown table with a number, written in the text:
///
///     Table: The truth behind the data. {#tbl-truth}
///
///     | department | base |
///     |:--|--:|
///     | biology | 50 000 |
public struct LabTable: Sendable {
  /// What stands above it, without number.
  public let caption: InlineText
  /// The lines of the pipe table.
  public let body: InlineText
  /// The key, `tbl-truth`.
  public let key: String
  /// Where the caption begins.
  public let location: LabLocation
  let visibility: LabVisibility
}
