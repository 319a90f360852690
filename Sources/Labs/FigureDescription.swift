extension OutputFile {
  /// The same SVG with another text for those who cannot see it: what stands in its first `<desc>`. Other files stay as
  /// they are.
  package func describing(_ text: String) -> OutputFile {
    guard path.hasSuffix(".svg"),
      let open = bytes.firstRange(of: Array("<desc".utf8)),
      let start = bytes[open.upperBound...].firstIndex(of: UInt8(ascii: ">")),
      let end = bytes[start...].firstRange(of: Array("</desc>".utf8))
    else { return self }
    return OutputFile(
      path: path, bytes: bytes[...start] + Array(text.escapingHTML().utf8) + bytes[end.lowerBound...])
  }
}
