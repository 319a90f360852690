import Dispatch
import Synchronization

/// Gathers finished blocks and publishes them as segments: the first after five seconds, then ever more rarely, at least every five minutes, and at
/// the end, also while the next block takes long; eight megabytes at once. A killed process loses what it had not published; nothing it wrote can be mistaken for more.
public final class SegmentWriter: BlockSink {
  private struct State {
    var lines: [String] = []
    var size = 0
    var due: ContinuousClock.Instant
    var pause: Duration
    var isWaiting = false
    var failure: StoreError?
    var published: [String] = []
  }

  /// So many bytes are published before their time: what waits takes memory.
  private static let largest = 8 << 20

  private let folder, study, program: String
  private let state: Mutex<State>

  /// A writer into a folder, which is made where there is none.
  /// - Parameters:
  ///   - folder: of segments.
  ///   - study: the study.
  ///   - program: name and version of the program, for provenance.
  ///   - pause: until the first segment.
  public init(
    folder: String, study: StudySpecification, program: String, pause: Duration = .seconds(5)
  ) throws(StoreError) {
    try StudyFolder.make(folder)
    self.folder = folder
    self.study = study.hash
    self.program = program
    state = Mutex(State(due: .now + pause, pause: pause))
  }

  /// Takes a finished block; publishes when it is time.
  public func append(_ entry: Segment.Entry) {
    let line = Segment.line(of: entry)
    state.withLock { state in
      state.lines.append(line)
      state.size += line.utf8.count
      if state.size >= SegmentWriter.largest {
        publish(&state)
      } else if state.lines.count == 1 || ContinuousClock.now >= state.due {
        publishWhenDue(&state)
      }
    }
  }

  /// Publishes now if it is time, else then, whether or not another block is finished by then.
  private func publishWhenDue(_ state: inout State) {
    let wait = state.due - .now
    if wait <= .zero {
      publish(&state)
      state.pause = min(state.pause * 2, .seconds(300))
      state.due = .now + state.pause
    } else if !state.isWaiting {
      state.isWaiting = true
      DispatchQueue.global().asyncAfter(deadline: .now() + wait.inSeconds) { [weak self] in self?.wake() }
    }
  }

  private func wake() {
    state.withLock { state in
      state.isWaiting = false
      if !state.lines.isEmpty { publishWhenDue(&state) }
    }
  }

  /// Whether something could not be written.
  public var hasFailed: Bool { state.withLock { $0.failure != nil } }

  /// Publishes what is left.
  /// - Returns: names of all segments written.
  /// - Throws: the first failure to write.
  public func finish() throws(StoreError) -> [String] {
    let (failure, names) = state.withLock { state in
      if !state.lines.isEmpty { publish(&state) }
      return (state.failure, state.published)
    }
    if let failure { throw failure }
    return names
  }

  private func publish(_ state: inout State) {
    guard state.failure == nil else { return }
    let name = "seg-\(study.prefix(8))-\(StudyFolder.randomName()).jsonl"
    do {
      try StudyFolder.write(
        Segment.bytes(of: state.lines, study: study, program: program), to: folder + "/" + name)
      state.lines = []
      state.size = 0
      state.published.append(name)
    } catch { state.failure = error }
  }
}
