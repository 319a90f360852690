/// The version that `--version`, `doctor` and manifests show.
package enum ProgramVersion {
  package static let current = "0.1.0"
}
