import CPNG

/// A PNG decoded by libpng, for looking at pixels.
struct PNGImage {
  let width: Int
  let height: Int
  private let bytes: [UInt8]

  struct Undecodable: Error {}

  init(_ file: [UInt8]) throws {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    // libpng keeps the address of the file from the first call to the second.
    let pixels = try file.withUnsafeBufferPointer { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        throw Undecodable()
      }
      image.format = 2  // 8-bit RGB
      var pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * 3)
      guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { throw Undecodable() }
      return pixels
    }
    width = Int(image.width)
    height = Int(image.height)
    bytes = pixels
  }

  /// Red, green and blue of a pixel.
  func pixel(x: Int, y: Int) -> [UInt8] {
    let start = (y * width + x) * 3
    return Array(bytes[start..<(start + 3)])
  }

  /// The smallest box around pixels darker than middle grey, within a window.
  func darkBox(x: Range<Int>, y: Range<Int>) -> (x: Range<Int>, y: Range<Int>) {
    var columns: [Int] = []
    var rows: [Int] = []
    for j in y {
      for i in x where pixel(x: i, y: j)[0] < 128 {
        columns.append(i)
        rows.append(j)
      }
    }
    return ((columns.min() ?? 0)..<((columns.max() ?? -1) + 1), (rows.min() ?? 0)..<((rows.max() ?? -1) + 1))
  }
}
