import Labs
import ProblemSets

/// Opens a set as a source of variants.
/// - Parameter courseKeyFile: the course key's file; nil for `course.key` beside the set.
func openVariantSource(
  _ path: String, courseKeyFile: String?, in context: CommandContext
) throws -> any ProblemVariantSource {
  // To be connected with the reader of sets.
  throw InputFileError(message: "sets are not read yet; give a file of variants in JSON")
}
