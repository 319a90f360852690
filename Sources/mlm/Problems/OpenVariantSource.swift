import Labs
import ProblemSets

/// Opens a set as a source of variants.
/// - Parameter courseKeyFile: the course key's file; nil for `course.key` beside the set.
func openVariantSource(
  _ path: String, courseKeyFile: String?, in context: CommandContext
) throws -> any ProblemVariantSource {
  let set = try ProblemSet(file: path)
  let key = try CourseKey(file: courseKeyFile ?? ProblemsFiles.courseKey(beside: path))
  return ProblemSetVariants(set, courseKey: key, runner: RepeatingRunner(), threads: ThreadOption.processors)
}
