import CDeflate
import Glibc

/// The PNG of Cairo's pixels: 8-bit RGB, or RGBA of a picture with a transparent ground, with the resolution and no clock.
///
/// Drawings are wide areas in which a row repeats the one above: with the Up filter these are zeros, which need not be written since the memory is zeroed, and of
/// which libdeflate makes little. Faster than libpng with zlib's run-length strategy, and three quarters of its size.
///
/// Reference: PNG (Third Edition), W3C 2025, sections 5, 9 and 11.
/// - Parameters:
///   - pixels: 32-bit words, little-endian: blue, green, red, and the opacity, by which the others are multiplied, or nothing.
///   - stride: bytes from row to row.
/// - Returns: the file; nil if memory is wanting.
func pngFile(
  _ pixels: UnsafeRawBufferPointer, stride: Int, width: Int, height: Int, isOpaque: Bool,
  pixelsPerMetre: UInt32
) -> [UInt8]? {
  let depth = isOpaque ? 3 : 4
  let rowLength = 1 + depth * width
  // The system hands out zeroed pages, so that what is not written is not touched either.
  guard let zeroed = unsafe calloc(height, rowLength) else { return nil }
  defer { unsafe free(zeroed) }
  let rows = unsafe UnsafeMutableRawBufferPointer(start: zeroed, count: height * rowLength)
  unsafe filterUp(pixels, stride: stride, width: width, height: height, isOpaque: isOpaque, into: rows)

  guard let compressor = unsafe libdeflate_alloc_compressor(2) else { return nil }
  defer { unsafe libdeflate_free_compressor(compressor) }
  let bound = unsafe libdeflate_zlib_compress_bound(compressor, rows.count)
  guard let data = unsafe malloc(bound) else { return nil }
  defer { unsafe free(data) }
  let size = unsafe libdeflate_zlib_compress(compressor, rows.baseAddress, rows.count, data, bound)
  guard size > 0 else { return nil }

  var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  file.reserveCapacity(size + 100)
  let colourType: UInt8 = isOpaque ? 2 : 6
  file.append(
    chunk: "IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, colourType, 0, 0, 0])
  file.append(chunk: "pHYs", bigEndian(pixelsPerMetre) + bigEndian(pixelsPerMetre) + [1])
  unsafe file.append(chunk: "IDAT", UnsafeRawBufferPointer(start: data, count: size))
  file.append(chunk: "IEND", [])
  return file
}

/// Writes each row as its filter's number, 2, and its differences from the row above.
private func filterUp(
  _ pixels: UnsafeRawBufferPointer, stride: Int, width: Int, height: Int, isOpaque: Bool,
  into rows: UnsafeMutableRawBufferPointer
) {
  let depth = isOpaque ? 3 : 4
  let rowLength = 1 + depth * width
  let colours: UInt32 = isOpaque ? 0x00FF_FFFF : 0xFFFF_FFFF
  let mask = SIMD16<UInt32>(repeating: colours)
  /// The pixel at a byte.
  func pixel(_ offset: Int) -> UInt32 {
    unsafe pixels.loadUnaligned(fromByteOffset: offset, as: UInt32.self) & colours
  }
  func write(_ source: Int, isFirst: Bool, to target: Int) {
    var here = pixel(source)
    var above = isFirst ? 0 : pixel(source - stride)
    if here == above { return }
    if !isOpaque { (here, above) = (straight(here), straight(above)) }
    func store(_ shift: UInt32, _ place: Int) {
      let difference = UInt8(truncatingIfNeeded: here >> shift) &- UInt8(truncatingIfNeeded: above >> shift)
      unsafe rows.storeBytes(of: difference, toByteOffset: target + place, as: UInt8.self)
    }
    store(16, 0)
    store(8, 1)
    store(0, 2)
    if !isOpaque { store(24, 3) }
  }
  for y in 0..<height {
    let (source, target) = (y * stride, y * rowLength)
    unsafe rows.storeBytes(of: 2, toByteOffset: target, as: UInt8.self)
    var x = 0
    if y > 0 {
      while x + 16 <= width {
        let here = unsafe pixels.loadUnaligned(fromByteOffset: source + 4 * x, as: SIMD16<UInt32>.self)
        let above = unsafe pixels.loadUnaligned(
          fromByteOffset: source - stride + 4 * x, as: SIMD16<UInt32>.self)
        if (here ^ above) & mask != .zero {
          for k in x..<x + 16 { write(source + 4 * k, isFirst: false, to: target + 1 + depth * k) }
        }
        x += 16
      }
    }
    while x < width {
      write(source + 4 * x, isFirst: y == 0, to: target + 1 + depth * x)
      x += 1
    }
  }
}

/// A pixel whose colours are no longer multiplied by its opacity.
private func straight(_ pixel: UInt32) -> UInt32 {
  let opacity = pixel >> 24
  if opacity == 0 || opacity == 255 { return opacity == 0 ? 0 : pixel }
  func divided(_ shift: UInt32) -> UInt32 {
    min(255, ((pixel >> shift & 255) * 255 + opacity / 2) / opacity) << shift
  }
  return opacity << 24 | divided(16) | divided(8) | divided(0)
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

extension [UInt8] {
  /// Appends a chunk: its length, its type, its data, and the checksum of type and data.
  fileprivate mutating func append(chunk type: String, _ data: some RandomAccessCollection<UInt8>) {
    append(contentsOf: bigEndian(UInt32(data.count)))
    let start = count
    append(contentsOf: type.utf8)
    append(contentsOf: data)
    let checksum = unsafe self[start...].withUnsafeBytes { bytes in
      unsafe libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }
    append(contentsOf: bigEndian(checksum))
  }
}
