import Glibc

/// The machine a segment was made on, for provenance.
package enum Machine {
  /// Its name.
  package static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// The processor: its model, as the system calls it.
  package static var processor: String {
    guard let bytes = try? StudyFolder.read("/proc/cpuinfo") else { return "unknown" }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("model name") {
      if let colon = line.firstIndex(of: ":") {
        return String(line[line.index(after: colon)...].drop { $0 == " " })
      }
    }
    return "unknown"
  }

  /// Date and time in UTC, e.g. 2026-05-04T13:12:11Z.
  package static var now: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Processors this process may use: its affinity mask's, which a cluster's batch system sets.
  package static var usableProcessors: Int {
    guard let bytes = try? StudyFolder.read("/proc/self/status") else { return 1 }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("Cpus_allowed_list:") {
      // Ranges such as 0-3,8.
      let count = line.split(separator: ":")[1].split(separator: ",").reduce(0) { sum, range in
        let ends = range.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
        return sum + (ends.count == 2 ? ends[1] - ends[0] + 1 : ends.count)
      }
      return max(1, count)
    }
    return 1
  }
}
