/// Numbers of groups, the same `slots` each, on memory of a workspace. With one lane group stands behind group; with four, groups stand side by side in
/// fours, slot by slot, as vectors are read.
struct GroupBlocks {
  typealias Pointer = UnsafeMutablePointer<Double>
  typealias Lanes = SIMD4<Double>

  let base: Pointer
  let slots: Int
  let lanes: Int

  /// How many numbers the memory holds; what fills up the last four are zeros.
  static func count(groups: Int, slots: Int, lanes: Int) -> Int {
    (groups + lanes - 1) / lanes * lanes * slots
  }

  subscript(_ group: Int, _ slot: Int) -> Double {
    @inline(__always) get { base[place(group, slot)] }
    @inline(__always) nonmutating set { base[place(group, slot)] = newValue }
  }

  @inline(__always)
  private func place(_ group: Int, _ slot: Int) -> Int {
    lanes == 1 ? group * slots + slot : ((group >> 2) * slots + slot) * 4 + (group & 3)
  }

  /// A group's slots, one behind the other.
  /// - Precondition: there is one lane.
  @inline(__always)
  func group(_ j: Int) -> Pointer { base + j * slots }

  /// Four groups' slots.
  /// - Precondition: there are four lanes, and the memory is aligned for vectors.
  @inline(__always)
  func four(_ index: Int) -> UnsafeMutablePointer<Lanes> {
    UnsafeMutableRawPointer(base + index * 4 * slots).assumingMemoryBound(to: Lanes.self)
  }

  /// Takes over numbers that stand group behind group.
  func fill(from values: [Double]) {
    if lanes == 1 {
      base.update(from: values, count: values.count)
      return
    }
    values.withUnsafeBufferPointer { values in
      for j in 0..<values.count / max(slots, 1) {
        let target = base + (j >> 2) * slots * 4 + (j & 3)
        for k in 0..<slots { target[4 * k] = values[j * slots + k] }
      }
    }
  }

  /// The numbers of some groups, group behind group.
  func values(groups: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: groups * slots) { result, count in
      for j in 0..<groups {
        let first = lanes == 1 ? base + j * slots : base + (j >> 2) * slots * 4 + (j & 3)
        for k in 0..<slots { result[j * slots + k] = first[k * lanes] }
      }
      count = groups * slots
    }
  }
}
