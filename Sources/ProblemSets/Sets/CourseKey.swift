import Labs

/// The secret from which all variants of a course come.
public struct CourseKey: Sendable, Equatable {
  /// The key's bytes, blanks and line ends at both ends left out.
  public let bytes: [UInt8]

  /// Reads a key from its file.
  /// - Throws: `CourseKeyError` where there is none, or one too short to be secret.
  public init(file: String) throws(CourseKeyError) {
    let content: [UInt8]
    do throws(LabFileError) { content = try readFile(file) } catch {
      throw CourseKeyError(
        description:
          "no course key: \(error); every student's variant comes from it. Make one that nobody can guess "
          + "and keep it secret: head -c 32 /dev/urandom | base64 >\(file)")
    }
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
    var bytes = content[...]
    while let first = bytes.first, blanks.contains(first) { bytes.removeFirst() }
    while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
    guard bytes.count >= 16 else {
      throw CourseKeyError(
        description: "the course key in '\(file)' has \(bytes.count) characters; 16 or more keep it secret")
    }
    self.bytes = Array(bytes)
  }

  /// A key from its bytes.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// What files may show of it.
  public var fingerprint: String { CourseKeyFingerprint.of(bytes) }
}

/// Why there is no course key.
public struct CourseKeyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was found and what would work.
  public let description: String
}
