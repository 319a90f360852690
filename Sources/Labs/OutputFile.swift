/// A file to be written: a path with `/` between its parts, and its bytes, which may still be in the making on another thread.
public struct OutputFile: Sendable, Equatable {
  private enum Content: Sendable {
    case ready([UInt8])
    case pending(any PendingBytes)
  }

  /// The path, relative to the output folder.
  public let path: String
  private let content: Content

  /// A file to be written.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    content = .ready(bytes)
  }

  /// A file whose bytes are being made.
  public init(path: String, pending: any PendingBytes) {
    self.path = path
    content = .pending(pending)
  }

  private init(path: String, content: Content) {
    self.path = path
    self.content = content
  }

  /// The content, waited for where it is still being made; empty where that failed, as `failure` then says.
  public var bytes: [UInt8] {
    switch content {
    case .ready(let bytes): bytes
    case .pending(let pending): (try? pending.outcome().get()) ?? []
    }
  }

  /// Why there are no bytes; waits as `bytes` does.
  public var failure: (any Error)? {
    guard case .pending(let pending) = content, case .failure(let error) = pending.outcome() else {
      return nil
    }
    return error
  }

  /// The same content at another path.
  package func moved(to path: String) -> OutputFile { OutputFile(path: path, content: content) }

  /// Whether path and content are the same; waits for both.
  public static func == (a: OutputFile, b: OutputFile) -> Bool { a.path == b.path && a.bytes == b.bytes }
}

/// Bytes that another thread makes.
public protocol PendingBytes: Sendable {
  /// The bytes, or why there are none. Waits until that is known; may be asked again.
  func outcome() -> Result<[UInt8], any Error>
}
