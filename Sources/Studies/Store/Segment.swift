import Estimates

/// A file of finished blocks: it never changes, and no two processes write to one.
///
/// JSON Lines: a header (format, study, program, machine, time), a line for each block, a footer with the number of blocks and the SHA-256 of all bytes
/// before it. What a block's line says beside cell, replicates and sums (its seconds) is for information.
public struct Segment: Sendable {
  /// One finished block.
  public struct Entry: Sendable, Equatable {
    /// The cell's identifier.
    public let cell: String
    /// The replicates.
    public let block: ReplicateBlocks.Block
    /// What they gave.
    public let result: BlockResult
    /// What they took on one thread, in seconds.
    public let seconds: Double
  }

  /// The file's name.
  public let name: String
  /// Machine and time: `host`, `processor`, `program`, `written`.
  public let provenance: [(String, String)]
  /// The blocks in the order written.
  let lines: [Line]

  /// Which block a line holds, and where it stands in the file.
  struct Line: Sendable {
    let key: StudyStore.Key
    let seconds: Double
    let bytes: Range<Int>
  }

  static let format = "multilevel-lab segment 2"

  /// Whether a name is a segment's.
  static func isSegment(_ name: String) -> Bool { name.hasPrefix("seg-") && name.hasSuffix(".jsonl") }

  /// A block's line.
  static func line(of entry: Entry) -> String {
    var records: [JSONValue] = []
    let size = EstimandSums.count
    for k in 0..<entry.result.sums.sums.count / size {
      let numbers = entry.result.sums.sums[k * size..<(k + 1) * size]
      guard numbers.contains(where: { $0 != 0 }) else { continue }
      records.append(.array([.integer(k), .numbers(Array(numbers))]))
    }
    return JSONValue.object([
      ("cell", .string(entry.cell)), ("first", .integer(entry.block.first)),
      ("count", .integer(entry.block.count)),
      ("seconds", .number((entry.seconds * 1e6).rounded() / 1e6)),
      ("estimands", .integer(entry.result.sums.estimandCount)),
      (
        "failures",
        .array(
          entry.result.failures.map {
            .array([
              .integer($0.replicate), .integer($0.strategy), .string($0.status.rawValue), .string($0.reason),
            ])
          })
      ),
      ("statuses", .array(entry.result.sums.statuses.map { .integer($0) })), ("sums", .array(records)),
    ]).text()
  }

  /// The bytes of a segment.
  static func bytes(
    of lines: [String], study: String, program: String, processor: String = Machine.processor
  ) -> [UInt8] {
    let header = JSONValue.object([
      ("format", .string(format)), ("study", .string(study)), ("program", .string(program)),
      ("host", .string(Machine.host)), ("processor", .string(processor)),
      ("written", .string(Machine.now)),
    ]).text()
    let body = Array((([header] + lines).joined(separator: "\n") + "\n").utf8)
    let footer = JSONValue.object([
      ("blocks", .integer(lines.count)), ("sha256", .string(Digest.hex(body))),
    ]).text()
    return body + Array((footer + "\n").utf8)
  }

  /// Reads which blocks a segment holds.
  /// - Parameters:
  ///   - folder: its folder.
  ///   - name: its name there.
  ///   - study: the study's hash.
  /// - Throws: `StoreError.damaged` for one that is not complete and unchanged, `.foreign` for one of another study.
  init(folder: String, name: String, study: String) throws(StoreError) {
    let path = folder + "/" + name
    let bytes = try StudyFolder.read(path)
    func damaged(_ what: String) -> StoreError { .damaged(path: path, what: what) }
    guard bytes.last == UInt8(ascii: "\n") else { throw damaged("it is cut off (no end of line)") }
    guard let end = bytes.dropLast().lastIndex(of: UInt8(ascii: "\n")) else {
      throw damaged("it has no footer")
    }
    func parse(_ part: ArraySlice<UInt8>, _ what: String) throws(StoreError) -> JSONValue {
      do { return try JSONValue(parsing: Array(part)) } catch { throw damaged("\(what) is \(error)") }
    }
    let footer = try parse(bytes[(end + 1)...], "the last line")
    guard let count = footer["blocks"]?.integer, let digest = footer["sha256"]?.string else {
      throw damaged("it is cut off (the last line is no footer)")
    }
    guard Digest.hex(Array(bytes[...end])) == digest else {
      throw damaged("its bytes are not those that were written (SHA-256 differs)")
    }
    let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let header = try parse(lines[0], "the first line")
    guard header["format"]?.string == Segment.format else {
      throw damaged("its format is '\(header["format"]?.string ?? "unknown")', not '\(Segment.format)'")
    }
    guard let found = header["study"]?.string, found == study else {
      throw .foreign(path: path, found: header["study"]?.string ?? "unknown", expected: study)
    }
    guard lines.count - 1 == count else { throw damaged("it has \(lines.count - 1) blocks, not \(count)") }
    self.name = name
    provenance = ["program", "host", "processor", "written"].map { ($0, header[$0]?.string ?? "") }
    var blocks: [Line] = []
    var start = lines[0].endIndex + 1
    for (k, line) in lines.dropFirst().enumerated() {
      guard let own = Segment.head(of: line, at: start) else {
        throw damaged("line \(k + 2) is no block of this study")
      }
      blocks.append(own)
      start += line.count + 1
    }
    self.lines = blocks
  }

  /// What a line says before its sums, which are read when they are wanted.
  private static func head(of line: ArraySlice<UInt8>, at start: Int) -> Line? {
    let mark = Array(",\"estimands\"".utf8)
    guard let end = line.indices.first(where: { line[$0] == mark[0] && line[$0...].starts(with: mark) }),
      let head = try? JSONValue(parsing: Array(line[..<end]) + [UInt8(ascii: "}")]),
      let cell = head["cell"]?.string, let first = head["first"]?.integer, let count = head["count"]?.integer
    else { return nil }
    return Line(
      key: .init(cell: cell, block: .init(first: first, count: count)),
      seconds: head["seconds"]?.double ?? 0, bytes: start..<start + line.count)
  }

  /// Reads a block's line.
  /// - Parameters:
  ///   - line: its bytes.
  ///   - strategyCount: number of the study's strategies.
  ///   - path: of the segment, for messages.
  /// - Throws: `StoreError.damaged` for one that is no block.
  static func entry(_ line: [UInt8], strategyCount: Int, path: String) throws(StoreError) -> Entry {
    guard let json = try? JSONValue(parsing: line), let entry = entry(json, strategyCount: strategyCount)
    else { throw .damaged(path: path, what: "a line is no block of this study") }
    return entry
  }

  private static func entry(_ line: JSONValue, strategyCount: Int) -> Entry? {
    guard let cell = line["cell"]?.string, let first = line["first"]?.integer,
      let count = line["count"]?.integer,
      let statuses = line["statuses"]?.items?.compactMap(\.integer),
      let estimands = line["estimands"]?.integer,
      let records = line["sums"]?.items
    else { return nil }
    let size = EstimandSums.count
    var sums = BlockSums(strategyCount: strategyCount, estimandCount: estimands).sums
    for record in records {
      guard let parts = record.items, parts.count == 2, let k = parts[0].integer,
        let numbers = parts[1].items?.compactMap(\.double), numbers.count == size, k >= 0,
        (k + 1) * size <= sums.count
      else { return nil }
      for i in 0..<size { sums[k * size + i] = numbers[i] }
    }
    guard
      let whole = BlockSums(
        strategyCount: strategyCount, estimandCount: estimands, statuses: statuses, sums: sums)
    else { return nil }
    var result = BlockResult(sums: whole)
    for failure in line["failures"]?.items ?? [] {
      guard let parts = failure.items, parts.count == 4, let replicate = parts[0].integer,
        let strategy = parts[1].integer, (0..<strategyCount).contains(strategy),
        let status = parts[2].string.flatMap(ReplicateStatus.init), let reason = parts[3].string
      else { return nil }
      result.failures.append(
        ReplicateFailure(replicate: replicate, strategy: strategy, status: status, reason: reason))
    }
    return Entry(
      cell: cell, block: .init(first: first, count: count), result: result,
      seconds: line["seconds"]?.double ?? 0)
  }
}
