import Dispatch

/// A drawn image that is being encoded as PNG on another thread, so that the next figure can be drawn meanwhile.
///
/// `@unchecked Sendable`: the canvas is handed over whole and touched by the encoding thread alone; the result is read only after the
/// group's wait, which orders it behind the write.
public final class PendingPNG: @unchecked Sendable {
  private var canvas: CairoCanvas?
  private let done = DispatchGroup()
  /// One image is encoded at a time, so that no more than two hold their pixels.
  private static let room = DispatchSemaphore(value: 1)
  private var result: Result<[UInt8], RenderingError>?

  init(_ canvas: CairoCanvas, dpi: Double) {
    self.canvas = canvas
    PendingPNG.room.wait()
    DispatchQueue.global().async(group: done) { [self] in
      defer { PendingPNG.room.signal() }
      do throws(RenderingError) {
        result = .success(try self.canvas!.finishPNG(dpi: dpi))
      } catch {
        result = .failure(error)
      }
      self.canvas = nil
    }
  }

  /// Waits for the encoder.
  /// - Returns: the file.
  /// - Throws: `RenderingError` if the image could not be encoded.
  public func bytes() throws(RenderingError) -> [UInt8] {
    done.wait()
    return try result!.get()
  }
}
