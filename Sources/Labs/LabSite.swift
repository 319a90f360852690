/// The specification of a folder of handouts: which labs, in which versions.
public struct LabSite: Sendable {
  /// The labs in order.
  public let documents: [LabDocument]
  /// For whom each is built.
  public let audiences: [LabAudience]
  /// In which languages.
  public let languages: [LabLanguage]
  /// In which forms.
  public let formats: [LabFormat]

  /// The specification.
  public init(
    _ documents: [LabDocument], audiences: [LabAudience] = LabAudience.allCases,
    languages: [LabLanguage] = LabLanguage.allCases, formats: [LabFormat] = LabFormat.allCases
  ) {
    self.documents = documents
    self.audiences = audiences
    self.languages = languages
    self.formats = formats
  }

  /// Builds every version into memory.
  /// - Parameter converting: false leaves out the HTML pages, which an index does not need.
  /// - Throws: the first version's `LabError`.
  public func run(with runner: some CommandRunner, converting: Bool = true) throws(LabError) -> [LabResult] {
    var results: [LabResult] = []
    for document in documents {
      for language in languages {
        for audience in audiences {
          let build = LabBuild(document, audience: audience, language: language, formats: formats)
          results.append(try build.run(with: runner, converting: converting))
        }
      }
    }
    return results
  }
}

extension [LabResult] {
  /// All files of the versions, each path once.
  /// - Throws: `LabSiteError.conflict` if two versions write different bytes to one path.
  public func allFiles() throws(LabSiteError) -> [OutputFile] {
    var place: [String: Int] = [:]
    var files: [OutputFile] = []
    for result in self {
      for file in result.files {
        if let known = place[file.path] {
          if files[known].bytes != file.bytes {
            throw .conflict(
              path: file.path, version: "\(result.lab) (\(result.audience), \(result.language))")
          }
        } else {
          place[file.path] = files.count
          files.append(file)
        }
      }
    }
    return files
  }

  /// The figures of all versions, each once, paths relative to a folder of figures.
  public var allFigureFiles: [OutputFile] {
    var seen: Set<String> = []
    return flatMap { result in
      let folder = result.audience.folder + "figures/"
      return result.files.filter { $0.path.hasPrefix(folder) }
        .map { $0.moved(to: String($0.path.dropFirst(folder.count))) }
    }.filter { seen.insert($0.path).inserted }
  }

  /// What commands noted, each sentence once.
  public var allMessages: [String] {
    var seen: Set<String> = []
    return flatMap(\.messages).filter { seen.insert($0).inserted }
  }

  /// Everything the versions were built from.
  public var allDependencies: [String] {
    var seen: Set<String> = []
    return flatMap(\.dependencies).filter { seen.insert($0).inserted }
  }
}

/// Why versions of labs cannot share a folder.
public enum LabSiteError: Error, Equatable, Sendable, CustomStringConvertible {
  case conflict(path: String, version: String)

  /// The fault in words.
  public var description: String {
    switch self {
    case .conflict(let path, let version):
      "\(version) writes other bytes to '\(path)' than a version before it; give the file another name, "
        + "e.g. with the lab's id in it"
    }
  }
}
