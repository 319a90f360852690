import Estimates

/// Runs the commands of labs inside this process. The executable implements it, so that a block does
/// exactly what the same line does in a terminal.
public protocol CommandRunner {
  /// Runs one command.
  /// - Parameters:
  ///   - arguments: the words after `mlm`.
  ///   - context: where input files come from; nothing is written to disk, files go into the result.
  /// - Throws: any error; its description becomes the message at the block's line.
  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult
}

/// What a command did.
public struct CommandResult: Sendable {
  /// What it would have printed.
  public var output: String
  /// What it would have said on standard error about its result.
  public var notes: [String]
  /// What a terminal shows for the record, such as a seed; labs leave it out.
  public var echo: String?
  /// Every number it reports.
  public var estimates: Estimates
  /// The files it would have written, paths as in its arguments.
  public var files: [OutputFile]
  /// What is known about a drawn figure; nil for texts.
  public var figure: FigureFacts?
  /// Whether it was stopped before it had done all it was asked for; what it did is whole.
  public var wasStopped = false

  /// What a command did.
  public init(
    output: String = "", notes: [String] = [], echo: String? = nil, estimates: Estimates = Estimates(),
    files: [OutputFile] = [], figure: FigureFacts? = nil
  ) {
    self.output = output
    self.notes = notes
    self.echo = echo
    self.estimates = estimates
    self.files = files
    self.figure = figure
  }
}

/// What a figure says about itself.
public struct FigureFacts: Sendable, Equatable {
  /// The title, used as caption where there is no other.
  public var title: String
  /// The text for those who cannot see it.
  public var altText: String
  /// The width in points (1/72 inch).
  public var width: Double
  /// The height in points.
  public var height: Double
  /// A caption, where the figure offers one.
  public var caption: String?

  /// What a figure says about itself.
  public init(title: String, altText: String, width: Double, height: Double, caption: String? = nil) {
    self.title = title
    self.altText = altText
    self.width = width
    self.height = height
    self.caption = caption
  }
}

/// What a command sees of the lab around it: the language, and files, first those that earlier blocks
/// wrote.
///
/// One context belongs to one build; it is not shared between tasks.
public final class CommandContext {
  /// The language of the version being built.
  public let language: LabLanguage
  /// The lab's seed, for commands that are given none.
  public let seed: Int?
  /// The folder of the lab's source; empty for the current one.
  public let folder: String
  /// Whether the command stands in a lab: what it reads are files, never a terminal, a pipe or a device.
  public let isInLab: Bool
  /// Whether the numbers of results are wanted one by one beside their text.
  public let recordsEstimates: Bool
  /// Files that earlier commands wrote, by path.
  public private(set) var written: [String: OutputFile] = [:]
  /// Files read from disk, in the order of first use, with the lab's folder before relative paths.
  public private(set) var filesRead: [String] = []

  /// A context without written files.
  public init(
    language: LabLanguage, folder: String = "", seed: Int? = nil, isInLab: Bool = false,
    recordsEstimates: Bool = true
  ) {
    self.recordsEstimates = recordsEstimates
    self.language = language
    self.folder = folder
    self.seed = seed
    self.isInLab = isInLab
  }

  /// The bytes of a file: what an earlier block wrote, or a file beside the lab's source.
  /// - Throws: `LabFileError` when there is neither.
  public func read(_ path: String) throws(LabFileError) -> [UInt8] {
    if let file = written[CommandContext.normalized(path)] { return file.bytes }
    let place = path.hasPrefix("/") || folder.isEmpty ? path : folder + (folder == "/" ? "" : "/") + path
    do {
      let bytes = try readFile(place, onlyRegular: isInLab)
      if !filesRead.contains(place) { filesRead.append(place) }
      return bytes
    } catch {
      throw .unreadable(path: place, reason: error.reason, written: written.keys.sorted())
    }
  }

  /// Keeps a file for the commands that follow.
  package func keep(_ file: OutputFile) { written[CommandContext.normalized(file.path)] = file }

  /// The path without `./` and doubled slashes.
  package static func normalized(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

/// Why a command got no file.
public enum LabFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String, written: [String])

  /// The system's reason.
  var reason: String {
    switch self {
    case .unreadable(_, let reason, _): reason
    }
  }

  /// The fault in words.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason, let written):
      "cannot read '\(path)': \(reason)"
        + (written.isEmpty ? "" : "; earlier blocks wrote \(written.joined(separator: ", "))")
    }
  }
}
