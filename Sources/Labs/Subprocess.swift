import Glibc

/// A program that was fed its input and ran to its end. Its environment holds PATH, HOME and a UTF-8 locale
/// only, so that its output does not depend on the user's settings.
struct Subprocess {
  /// What it wrote on standard output and standard error.
  private(set) var output: [UInt8] = []
  private(set) var errorOutput: [UInt8] = []
  /// Its exit status; 128 + n when signal n ended it.
  private(set) var status: Int32 = 0

  /// Runs `words[0]`, found on the PATH.
  /// - Parameter variables: more of the environment, each `NAME=value`.
  /// - Throws: `LabError.pandocMissing` when there is no such program; `.pandocFailed` when it cannot be started.
  init(_ words: [String], input: [UInt8], variables: [String] = []) throws(LabError) {
    // Sockets, not pipes: writing to one whose reader is gone is an error and no signal.
    var inputPair: [Int32] = [0, 0]
    var outputPair: [Int32] = [0, 0]
    var errorPair: [Int32] = [0, 0]
    let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, stream, 0, &inputPair) == 0, socketpair(AF_UNIX, stream, 0, &outputPair) == 0,
      socketpair(AF_UNIX, stream, 0, &errorPair) == 0
    else {
      let reason = errno
      for descriptor in inputPair + outputPair + errorPair where descriptor > 0 { close(descriptor) }
      throw .pandocFailed(status: reason, message: "no socket for it: \(systemMessage(reason))")
    }
    let child: pid_t
    do {
      child = try Subprocess.start(words, [inputPair[1], outputPair[1], errorPair[1]], variables)
    } catch {
      for descriptor in inputPair + outputPair + errorPair { close(descriptor) }
      throw error
    }
    for descriptor in [inputPair[1], outputPair[1], errorPair[1]] { close(descriptor) }
    exchange(input, to: inputPair[0], from: outputPair[0], and: errorPair[0])
    var wait: Int32 = 0
    while waitpid(child, &wait, 0) < 0, errno == EINTR {}
    let signal = wait & 0x7f
    status = signal == 0 ? (wait >> 8) & 0xff : 128 + signal
  }

  private static func start(
    _ words: [String], _ ends: [Int32], _ more: [String]
  ) throws(LabError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, end) in ends.enumerated() { posix_spawn_file_actions_adddup2(&actions, end, Int32(target)) }
    var environment = ["LC_ALL=C.UTF-8"] + more
    for name in ["PATH", "HOME"] {
      if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawnp(&child, words[0], &actions, nil, &arguments, &variables)
    if failure == ENOENT { throw .pandocMissing }
    if failure != 0 {
      throw .pandocFailed(status: failure, message: "cannot start it: \(systemMessage(failure))")
    }
    return child
  }

  /// Writes and reads at the same time, so that neither side waits for the other.
  private mutating func exchange(_ input: [UInt8], to sink: Int32, from out: Int32, and err: Int32) {
    var sent = 0
    var open = [sink, out, err]
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while open.contains(where: { $0 >= 0 }) {
      var watched = [
        pollfd(fd: open[0], events: Int16(POLLOUT), revents: 0),
        pollfd(fd: open[1], events: Int16(POLLIN), revents: 0),
        pollfd(fd: open[2], events: Int16(POLLIN), revents: 0),
      ]
      if poll(&watched, 3, -1) < 0 {
        if errno == EINTR { continue }
        for descriptor in open where descriptor >= 0 { close(descriptor) }
        return
      }
      if watched[0].revents != 0 {
        let count = input[sent...].withUnsafeBytes {
          send(sink, $0.baseAddress, min($0.count, 1 << 16), Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count > 0 { sent += count }
        if sent == input.count || (count < 0 && errno != EAGAIN && errno != EINTR) {
          close(sink)
          open[0] = -1
        }
      }
      for i in 1...2 where watched[i].revents != 0 {
        let count = read(open[i], &chunk, chunk.count)
        if count > 0 {
          if i == 1 { output += chunk[..<count] } else { errorOutput += chunk[..<count] }
        } else if count == 0 || errno != EINTR {
          close(open[i])
          open[i] = -1
        }
      }
    }
  }
}
