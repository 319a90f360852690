import Dispatch
import Synchronization

/// Runs the chains of a sampler on this machine's processors.
package enum Sampling {
  /// How far a chain is.
  package struct Progress: Sendable {
    /// The number of the chain, counted from 1.
    package let chain: Int
    /// Its iterations done, those of the warmup included.
    package let iteration: Int
    /// Its iterations to do.
    package let iterationCount: Int
  }

  /// Iterations that a chain runs before the next has its turn.
  private static let turn = 16

  /// Samples a density with the no-U-turn sampler.
  ///
  /// Workers take the chains in turns of 16 iterations, so that a stopped run leaves chains of nearly equal
  /// length even where chains outnumber threads. A chain's numbers depend on the seed and on its own number
  /// only: any number of threads gives the same bits.
  ///
  /// - Parameters:
  ///   - chains: number of chains.
  ///   - draws: draws of each chain, after the warmup.
  ///   - warmup: iterations that find step size and metric; they are not kept.
  ///   - seed: the key of all random numbers; chain c draws from the stream of replicate c, purpose 0.
  ///   - threads: number of workers.
  ///   - options: the sampler's options.
  ///   - region: where chains begin.
  ///   - make: makes the workspace of a chain (counted from 0); called once a chain, from any thread.
  ///   - shouldStop: is asked before every iteration, from any thread; then draws made so far are kept.
  ///   - progress: is told after every turn of a chain, from any thread.
  /// - Throws: what hinders the chain of lowest number from its start, before any iteration.
  package static func run(
    chains: Int = 4, draws: Int = 1_000, warmup: Int = 1_000, seed: UInt64, threads: Int,
    options: NoUTurnOptions = .init(), from region: StartingRegion = .init(),
    make: @Sendable (_ chain: Int) -> any LogDensity,
    shouldStop: @Sendable () -> Bool = { false },
    progress: (@Sendable (Progress) -> Void)? = nil
  ) throws(SamplingError) -> SampledChains {
    precondition(chains > 0 && draws >= 0 && warmup >= 0, "\(chains) chains of \(warmup) + \(draws)")
    precondition(threads > 0, "\(threads) threads")
    precondition(
      options.targetAcceptance > 0 && options.targetAcceptance < 1,
      "a target acceptance of \(options.targetAcceptance) is outside (0, 1)")
    let room = ChainRoom(count: chains)
    let workers = min(threads, chains)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < chains else { return }
        let chain = SamplerChain(
          make(number), number: number, draws: draws, warmup: warmup, seed: seed, options: options)
        do throws(SamplingError) {
          try chain.start(in: region)
          room.admit(chain, number)
        } catch {
          room.fail(error)
        }
      }
    }
    if let fault = room.fault { throw fault }
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      // With no chain waiting, those who have one suffice for the rest.
      while let (number, chain) = room.take() {
        guard chain.run(iterations: turn, shouldStop: shouldStop) else { return }
        progress?(
          Progress(chain: number + 1, iteration: chain.iteration, iterationCount: warmup + draws))
        if !chain.isDone { room.giveBack(number) }
      }
    }
    let results = room.results
    return SampledChains(
      dimension: results[0].dimension, chains: results,
      wasStopped: !room.isDone)
  }
}

/// The chains, and the queue of those that wait for a worker.
///
/// Unchecked: a chain is touched only by the worker that took its number out of the queue, and the queue's
/// mutex orders one worker after the other; results are read when no worker runs.
private final class ChainRoom: @unchecked Sendable {
  private struct State {
    var waiting: [Int] = []
    var faults: [SamplingError] = []
  }

  private let chains: UnsafeMutablePointer<SamplerChain?>
  private let count: Int
  private let state = Mutex(State())

  init(count: Int) {
    self.count = count
    chains = .allocate(capacity: count)
    chains.initialize(repeating: nil, count: count)
  }

  deinit {
    chains.deinitialize(count: count)
    chains.deallocate()
  }

  /// A chain that has started.
  func admit(_ chain: SamplerChain, _ number: Int) {
    chains[number] = chain
    giveBack(number)
  }

  /// A chain that could not start.
  func fail(_ fault: SamplingError) {
    state.withLock { $0.faults.append(fault) }
  }

  /// The fault of the lowest chain, so that the same is reported for any number of threads.
  var fault: SamplingError? {
    state.withLock { state in state.faults.min { $0.chain < $1.chain } }
  }

  /// The chain that has waited longest; nil if none waits.
  func take() -> (Int, SamplerChain)? {
    let number = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    guard let number, let chain = chains[number] else { return nil }
    return (number, chain)
  }

  /// Lets a chain wait for its next turn.
  func giveBack(_ number: Int) {
    state.withLock { $0.waiting.append(number) }
  }

  /// Whether every chain has made all its draws.
  var isDone: Bool { (0..<count).allSatisfy { chains[$0]?.isDone ?? false } }

  /// What the chains have given.
  var results: [ChainRun] { (0..<count).compactMap { chains[$0]?.result } }
}
