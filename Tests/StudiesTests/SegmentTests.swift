import Distributions
import Foundation
import Testing

@testable import Studies

@Suite("Segments: finished blocks on disk")
struct SegmentTests {
  /// A folder of its own that goes away.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "segments-\(UUID().uuidString)"
    ).path
    try StudyFolder.make(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func written(_ study: StudySpecification, in folder: String) throws -> String {
    let writer = try SegmentWriter(folder: folder, study: study, program: "test")
    for entry in try StudyExamples.entries(study) { writer.append(entry) }
    return try #require(try writer.finish().first)
  }

  @Test("What is read is what was written, to the bit")
  func roundTrip() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [2, 5], n: [1, 3]}", replicates: 230)
      _ = try written(study, in: folder)
      let store = try StudyStore(folder: folder, study: study)
      #expect(store.blockCount == 12 && store.refused.isEmpty)
      for entry in try StudyExamples.entries(study) {
        #expect(try store.entry(.init(cell: entry.cell, block: entry.block))?.result == entry.result)
      }
      // Groups of one row: nothing is identified, and that is told.
      #expect(try !store.results(of: study.cells[0], replicates: 230).failures.isEmpty)
    }
  }

  @Test("Every cut and every changed byte is noticed, and named")
  func damage() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [3]}", replicates: 5)
      let name = try written(study, in: folder)
      let path = folder + "/" + name
      let bytes = try StudyFolder.read(path)
      var stream = KeyedStream(seed: 5)
      func store(_ changed: [UInt8]) throws -> StudyStore {
        try StudyFolder.write(changed, to: path)
        return try StudyStore(folder: folder, study: study)
      }
      #expect(try store(bytes).refused.isEmpty)
      for _ in 0..<60 {
        let end = stream.index(below: bytes.count)
        let cut = try store(Array(bytes.prefix(end)))
        #expect(cut.blockCount == 0 && cut.refused.count == 1, "cut at \(end)")
        #expect("\(cut.refused)".contains(name), "cut at \(end)")
        var changed = bytes
        changed[end] ^= UInt8(1 << stream.index(below: 7))
        let other = try store(changed)
        // A changed digit of the footer's own digest or count shows as well.
        #expect(other.blockCount == 0 && other.refused.count == 1, "byte \(end) changed")
        #expect("\(other.refused)".contains(name), "byte \(end) changed")
      }
    }
  }

  @Test("A segment of another study is refused by name; one of a larger grid or of more replicates is not")
  func foreign() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [3]}", replicates: 100)
      let name = try written(study, in: folder)
      let other = try StudyExamples.oneWay("{J: [3]}", replicates: 100, seed: 2)
      let refused = try StudyStore(folder: folder, study: other).refused
      #expect("\(refused)".contains(name) && "\(refused)".contains("belongs to another study"))
      let larger = try StudyExamples.oneWay("{n: [7, 10], J: [2, 3]}", replicates: 200)
      let store = try StudyStore(folder: folder, study: larger)
      #expect(store.refused.isEmpty && store.blockCount == 1)
      // J = 3 with the default n is the cell J = 3, n = 10 of the larger grid.
      let cell = try #require(larger.cells.first { $0.label == "n = 10, J = 3" })
      #expect(store.missing(of: cell, replicates: 100).isEmpty)
      #expect(StudyWork(larger).missing(in: store).count == 7)
    }
  }

  @Test("The same block twice is counted; with other sums it is a conflict that names both files")
  func duplicates() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [3]}", replicates: 100)
      let first = try written(study, in: folder)
      let second = try written(study, in: folder)
      #expect(try StudyStore(folder: folder, study: study).duplicateCount == 1)
      let entry = try #require(try StudyExamples.entries(study).first)
      var sums = entry.result.sums
      sums.merge(entry.result.sums)
      let writer = try SegmentWriter(folder: folder, study: study, program: "test")
      writer.append(
        .init(cell: entry.cell, block: entry.block, result: BlockResult(sums: sums), seconds: 0))
      let third = try #require(try writer.finish().first)
      do {
        _ = try StudyStore(folder: folder, study: study)
        Issue.record("no conflict was seen")
      } catch {
        guard case StoreError.conflict = error else {
          Issue.record("\(error)")
          return
        }
        let named = [first, second, third].filter { "\(error)".contains($0) }
        #expect(named.count == 2 && named.contains(third))
      }
    }
  }

  @Test("Sums that differ in the last bits are a conflict on one kind of processor, and counted between two")
  func processors() throws {
    let study = try StudyExamples.oneWay("{J: [3]}", replicates: 100)
    let entry = try #require(try StudyExamples.entries(study).first)
    var rounded = entry.result
    let k = try #require(rounded.sums.sums.firstIndex { $0 != 0 && $0 != 100 })
    var sums = rounded.sums.sums
    sums[k] = sums[k].nextUp
    rounded.sums = try #require(
      BlockSums(
        strategyCount: study.strategies.count, estimandCount: try study.estimands(of: study.cells[0]).count,
        statuses: rounded.sums.statuses, sums: sums))
    let lines = [entry.result, rounded].map {
      Segment.line(of: .init(cell: entry.cell, block: entry.block, result: $0, seconds: 0))
    }
    for (names, agrees) in [(["A", "A"], false), (["A", "B"], true), (["B", "A"], true)] {
      try inFolder { folder in
        for (k, processor) in names.enumerated() {
          try StudyFolder.write(
            Segment.bytes(of: [lines[k]], study: study.hash, program: "test", processor: processor),
            to: folder + "/seg-\(k).jsonl")
        }
        guard agrees else {
          #expect(throws: StoreError.self) { try StudyStore(folder: folder, study: study) }
          return
        }
        let store = try StudyStore(folder: folder, study: study)
        #expect(store.roundedCount == 1 && store.duplicateCount == 0)
        #expect(
          try store.entry(.init(cell: entry.cell, block: entry.block))?.result
            == (names[0] == "A" ? entry.result : rounded))
      }
    }
  }

  @Test("Parts of files are never read")
  func parts() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [3]}", replicates: 100)
      try StudyFolder.write(Array("half".utf8), to: folder + "/seg-x.jsonl.part")
      let store = try StudyStore(folder: folder, study: study)
      #expect(store.blockCount == 0 && store.unfinished == ["seg-x.jsonl.part"])
    }
  }

  @Test("A finished block is published when it is time, though no other block follows")
  func publishing() throws {
    try inFolder { folder in
      let study = try StudyExamples.oneWay("{J: [3]}", replicates: 100)
      let entry = try #require(try StudyExamples.entries(study).first)
      let writer = try SegmentWriter(folder: folder, study: study, program: "test", pause: .milliseconds(50))
      writer.append(entry)
      let deadline = ContinuousClock.now + .seconds(20)
      while try StudyStore(folder: folder, study: study).blockCount == 0, ContinuousClock.now < deadline {
        usleep(5_000)
      }
      #expect(try StudyStore(folder: folder, study: study).blockCount == 1)
      // Nothing is left for the end.
      #expect(try writer.finish().count == 1)
    }
  }
}
