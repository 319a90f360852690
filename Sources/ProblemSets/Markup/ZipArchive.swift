/// Zip archives with stored entries: the same entries give the same bytes, everywhere and every time.
enum ZipArchive {
  /// A file in an archive.
  struct Entry: Equatable, Sendable {
    var path: String
    var bytes: [UInt8]
  }

  /// 1980-01-01 in the format of the archive: day 1 of month 1 of year 0.
  private static let date: UInt16 = 1 << 5 | 1

  /// An archive of entries, in the order of their paths' bytes, dated 1980-01-01.
  /// - Precondition: paths differ; fewer than 65536 entries and 4 GB in all.
  static func bytes(of entries: [Entry]) -> [UInt8] {
    precondition(Set(entries.map(\.path)).count == entries.count, "two files of one path in a zip archive")
    precondition(entries.count < 65_536, "\(entries.count) files in a zip archive")
    var out = ByteWriter()
    var directory = ByteWriter()
    let sorted = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for entry in sorted {
      let name = Array(entry.path.utf8)
      var facts = ByteWriter()
      facts.append16(20)  // version needed
      facts.append16(0x800)  // names are UTF-8
      facts.append16(0)  // stored
      facts.append16(0)  // midnight
      facts.append16(date)
      facts.append32(CRC32.of(entry.bytes))
      facts.append32(UInt32(entry.bytes.count))
      facts.append32(UInt32(entry.bytes.count))
      facts.append16(UInt16(name.count))
      facts.append16(0)
      directory.append32(0x0201_4B50)
      directory.append16(20)
      directory.bytes += facts.bytes
      directory.append16(0)
      directory.append16(0)
      directory.append16(0)
      directory.append32(0)
      directory.append32(UInt32(out.bytes.count))
      directory.bytes += name
      out.append32(0x0403_4B50)
      out.bytes += facts.bytes + name + entry.bytes
    }
    let start = out.bytes.count
    out.bytes += directory.bytes
    out.append32(0x0605_4B50)
    out.append16(0)
    out.append16(0)
    out.append16(UInt16(entries.count))
    out.append16(UInt16(entries.count))
    out.append32(UInt32(directory.bytes.count))
    out.append32(UInt32(start))
    out.append16(0)
    return out.bytes
  }

  /// Why bytes are no archive that this reads.
  struct Fault: Error, Equatable {
    let message: String
  }

  /// The entries of an archive with stored entries, checksums compared.
  static func entries(of bytes: [UInt8]) throws(Fault) -> [Entry] {
    let reader = ByteReader(bytes: bytes)
    guard bytes.count >= 22, reader.read32(bytes.count - 22) == 0x0605_4B50 else {
      throw Fault(message: "no end of a zip directory")
    }
    let count = Int(reader.read16(bytes.count - 12))
    var offset = Int(reader.read32(bytes.count - 6))
    var entries: [Entry] = []
    for _ in 0..<count {
      guard offset + 46 <= bytes.count, reader.read32(offset) == 0x0201_4B50 else {
        throw Fault(message: "the zip directory is damaged")
      }
      let size = Int(reader.read32(offset + 24))
      let nameLength = Int(reader.read16(offset + 28))
      let start = Int(reader.read32(offset + 42))
      guard reader.read16(offset + 10) == 0, start + 30 + nameLength + size <= bytes.count,
        reader.read32(start) == 0x0403_4B50
      else { throw Fault(message: "an entry of the zip archive is damaged or compressed") }
      let content = Array(bytes[(start + 30 + nameLength)..<(start + 30 + nameLength + size)])
      let path = String(decoding: bytes[(offset + 46)..<(offset + 46 + nameLength)], as: UTF8.self)
      guard CRC32.of(content) == reader.read32(offset + 16) else {
        throw Fault(message: "the checksum of '\(path)' is wrong")
      }
      entries.append(Entry(path: path, bytes: content))
      offset += 46 + nameLength
    }
    return entries
  }
}

/// Little-endian numbers written one after the other.
private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append16(_ value: UInt16) { bytes += [UInt8(value & 255), UInt8(value >> 8)] }
  mutating func append32(_ value: UInt32) {
    append16(UInt16(value & 0xFFFF))
    append16(UInt16(value >> 16))
  }
}

/// Little-endian numbers at places.
private struct ByteReader {
  let bytes: [UInt8]

  func read16(_ i: Int) -> UInt16 { UInt16(bytes[i]) | UInt16(bytes[i + 1]) << 8 }
  func read32(_ i: Int) -> UInt32 { UInt32(read16(i)) | UInt32(read16(i + 2)) << 16 }
}

/// The checksum of zip and PNG (ISO 3309).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { n in
    (0..<8).reduce(UInt32(n)) { c, _ in c & 1 == 1 ? 0xEDB8_8320 ^ (c >> 1) : c >> 1 }
  }

  /// The checksum of some bytes.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var c: UInt32 = 0xFFFF_FFFF
    for byte in bytes { c = table[Int((c ^ UInt32(byte)) & 255)] ^ (c >> 8) }
    return c ^ 0xFFFF_FFFF
  }
}
