// Runs a command with its output thrown away and prints its wall time in seconds and its peak memory in MB, as the kernel counted it.
// usage: Measure COMMAND [ARGUMENT ...]     exit code: the command's
import Glibc

guard CommandLine.arguments.count > 1 else {
  print("usage: Measure COMMAND [ARGUMENT ...]")
  exit(64)
}
var actions = posix_spawn_file_actions_t()
posix_spawn_file_actions_init(&actions)
for descriptor: Int32 in [1, 2] {
  posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
}
var words = CommandLine.arguments.dropFirst().map { strdup($0) } + [nil]
var child: pid_t = 0
let clock = ContinuousClock()
let start = clock.now
let failure = posix_spawnp(&child, CommandLine.arguments[1], &actions, nil, &words, environ)
guard failure == 0 else {
  print("Measure: \(CommandLine.arguments[1]): \(String(cString: strerror(failure)))")
  exit(127)
}
var status: Int32 = 0
var usage = rusage()
while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
let elapsed = (clock.now - start) / .seconds(1)
print(elapsed, Double(usage.ru_maxrss) / 1024)
exit(status & 0x7f == 0 ? (status >> 8) & 0xff : 1)
