import Glibc

/// OpenBLAS, loaded when a large factorization first needs it: small models neither wait for it nor hold its memory.
///
/// The library chooses its kernels when it is loaded, and an old one falls back to slow kernels on a processor that it does not know. So the core type
/// is set before, from the processor's features, unless the user has set it. One thread.
package final class OpenBLAS: Sendable {
  private typealias Integer = Int32
  private typealias Numbers = UnsafeMutablePointer<Double>
  private typealias Character = UnsafePointer<CChar>
  private typealias Factorization =
    @convention(c) (
      Character, UnsafePointer<Integer>, Numbers, UnsafePointer<Integer>, UnsafeMutablePointer<Integer>
    ) -> Void
  private typealias TriangularSolution =
    @convention(c) (
      Character, Character, Character, Character, UnsafePointer<Integer>, UnsafePointer<Integer>,
      UnsafePointer<Double>, Numbers, UnsafePointer<Integer>, Numbers, UnsafePointer<Integer>
    ) -> Void
  private typealias CoreName = @convention(c) () -> UnsafePointer<CChar>

  private let dpotrf: Factorization
  private let dpotri: Factorization
  private let dtrsm: TriangularSolution
  /// The name of the kernels in use, e.g. `Haswell`.
  package let coreName: String

  /// The library; nil where it is not installed.
  package static let shared = OpenBLAS()

  private init?() {
    setenv("OPENBLAS_NUM_THREADS", "1", 0)
    if let core = OpenBLAS.coreType { setenv("OPENBLAS_CORETYPE", core, 0) }
    guard let handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL),
      let dpotrf = dlsym(handle, "dpotrf_"), let dpotri = dlsym(handle, "dpotri_"),
      let dtrsm = dlsym(handle, "dtrsm_"), let name = dlsym(handle, "openblas_get_corename")
    else { return nil }
    self.dpotrf = unsafeBitCast(dpotrf, to: Factorization.self)
    self.dpotri = unsafeBitCast(dpotri, to: Factorization.self)
    self.dtrsm = unsafeBitCast(dtrsm, to: TriangularSolution.self)
    coreName = String(cString: unsafeBitCast(name, to: CoreName.self)())
  }

  /// The kernels for this processor, from the features that the system lists.
  private static var coreType: String? {
    guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 8192)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      guard text.starts(with: "flags".utf8) else { continue }
      let flags = Set(text.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) })
      if flags.isSuperset(of: ["avx512f", "avx512dq", "avx512bw", "avx512vl"]) { return "SkylakeX" }
      if flags.isSuperset(of: ["avx2", "fma"]) { return "Haswell" }
      return nil
    }
    return nil
  }

  func cholesky(_ a: UnsafeMutablePointer<Double>, _ n: Int) -> Bool {
    var (order, info) = (Integer(n), Integer(0))
    var leading = order
    dpotrf("L", &order, a, &leading, &info)
    return info == 0
  }

  func solveLower(
    _ l: UnsafeMutablePointer<Double>, _ n: Int, stride: Int, _ b: UnsafeMutablePointer<Double>, columns: Int
  ) {
    var (rows, count, leading, one) = (Integer(n), Integer(columns), Integer(stride), 1.0)
    var other = leading
    dtrsm("L", "L", "N", "N", &rows, &count, &one, l, &leading, b, &other)
  }

  func inverse(ofFactor l: UnsafeMutablePointer<Double>, _ n: Int, stride: Int) {
    var (order, leading, info) = (Integer(n), Integer(stride), Integer(0))
    dpotri("L", &order, l, &leading, &info)
  }
}
