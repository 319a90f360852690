// swift-tools-version: 6.2
import PackageDescription

// sqrt without errno, so that loops with square roots stay vector code.
let kernelSettings: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-fno-math-errno"])]

// What other packages can build on: all but the C modules.
let libraries = [
  "LinearAlgebra", "Tables", "Estimates", "Distributions", "Plotting", "ModelFormula", "CairoRendering",
  "MixedModels", "BayesianModels", "Designs", "Studies", "StudyResults", "Reporting",
  "Poststratification", "ModelFigures", "Labs", "ProblemSets", "Specifications",
]

let package = Package(
  name: "multilevel-lab",
  products: [
    .executable(name: "mlm", targets: ["mlm"]),
    .executable(name: "mlm-worker", targets: ["mlm-worker"]),
  ]
    + libraries.map { .library(name: $0, targets: [$0]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: [
    // 0: C libraries
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),

    // 1: numbers, tables, drawing commands
    .target(name: "LinearAlgebra", swiftSettings: kernelSettings),
    .target(name: "Tables"),
    .target(name: "Estimates", dependencies: ["Tables"]),
    .target(name: "Distributions", dependencies: ["LinearAlgebra"]),
    .target(name: "Plotting"),
    .target(
      name: "Specifications", dependencies: ["Estimates", "Tables", .product(name: "Yams", package: "Yams")]),

    // 2: formulas, files
    .target(name: "ModelFormula", dependencies: ["Tables", "LinearAlgebra"]),
    .target(
      name: "CairoRendering", dependencies: ["Plotting", "CCairo", "CPango", "CDeflate"],
      swiftSettings: [.strictMemorySafety()]),

    // 3: one fit; data with known truth
    .target(
      name: "MixedModels",
      dependencies: ["ModelFormula", "LinearAlgebra", "Distributions", "Estimates", "Tables"],
      swiftSettings: kernelSettings),
    .target(
      name: "BayesianModels",
      dependencies: [
        "MixedModels", "ModelFormula", "Specifications", "Distributions", "LinearAlgebra", "Estimates",
        "Tables",
      ], swiftSettings: kernelSettings),
    .target(
      name: "Designs",
      dependencies: [
        "Specifications", "ModelFormula", "Distributions", "LinearAlgebra", "Tables", "Estimates",
      ]),

    // 4: many fits; results as text
    .target(
      name: "Studies",
      dependencies: [
        "Designs", "BayesianModels", "MixedModels", "ModelFormula", "Specifications", "Estimates", "Tables",
        "Distributions", "LinearAlgebra", .product(name: "Crypto", package: "swift-crypto"),
      ], swiftSettings: kernelSettings),
    .target(
      name: "StudyResults",
      dependencies: [
        "Reporting", "Studies", "Designs", "MixedModels", "ModelFormula", "Specifications", "Estimates",
        "Tables", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Poststratification",
      dependencies: [
        "Reporting", "Designs", "BayesianModels", "MixedModels", "ModelFormula", "Distributions",
        "LinearAlgebra", "Estimates", "Tables",
      ], swiftSettings: kernelSettings),
    .target(
      name: "Reporting",
      dependencies: [
        "BayesianModels", "MixedModels", "ModelFormula", "Estimates", "Tables", "LinearAlgebra",
        "Distributions",
      ]),

    // 5: figures of models
    .target(
      name: "ModelFigures",
      dependencies: [
        "StudyResults", "Poststratification", "Reporting", "Studies", "Designs", "MixedModels",
        "BayesianModels", "ModelFormula", "Estimates", "Distributions",
        "Tables", "LinearAlgebra", "Plotting",
      ]),

    // 6: documents
    .target(name: "Labs", dependencies: ["Tables", "Estimates"]),
    .target(
      name: "ProblemSets",
      dependencies: [
        "Labs", "Reporting", "Designs", "MixedModels", "ModelFormula", "Specifications", "Distributions",
        "Plotting", "Estimates", "Tables",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // 7: the programs, and what they share
    .target(
      name: "CommandSupport",
      dependencies: [
        "Studies", "Specifications", "Estimates",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "mlm",
      dependencies: [
        "CommandSupport", "ProblemSets", "Labs", "ModelFigures", "CairoRendering", "Plotting", "Reporting",
        "StudyResults",
        "Poststratification", "Studies", "Designs", "BayesianModels", "MixedModels", "ModelFormula",
        "Specifications", "Estimates", "Tables", "Distributions", "LinearAlgebra",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "mlm-worker",
      dependencies: [
        "CommandSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["Tables", "Estimates", "Plotting"], path: "Tests/TestSupport"),
  ]
    + testTargets([
      ("LinearAlgebra", []),
      ("Tables", []),
      ("Estimates", []),
      ("Distributions", ["LinearAlgebra"]),
      ("Plotting", []),
      ("Specifications", ["Tables"]),
      ("ModelFormula", ["Tables"]),
      ("CairoRendering", ["Plotting", "CPNG"]),
      ("MixedModels", ["ModelFormula", "Tables", "LinearAlgebra", "Estimates"]),
      (
        "BayesianModels",
        ["MixedModels", "ModelFormula", "Specifications", "Tables", "Distributions", "LinearAlgebra"]
      ),
      (
        "Designs", ["Tables", "Distributions", "Specifications", "Estimates", "LinearAlgebra"]
      ),
      (
        "Studies",
        [
          "Designs", "BayesianModels", "MixedModels", "ModelFormula", "Tables", "Distributions",
          "LinearAlgebra", "Specifications",
        ]
      ),
      ("StudyResults", ["Studies", "Specifications", "Tables"]),
      (
        "Poststratification",
        [
          "Designs", "BayesianModels", "Reporting", "MixedModels", "ModelFormula", "Tables",
          "Distributions", "LinearAlgebra", "Estimates", "Specifications",
        ]
      ),
      ("Reporting", ["BayesianModels", "MixedModels", "ModelFormula", "Tables", "Estimates"]),
      (
        "ModelFigures",
        [
          "Plotting", "MixedModels", "BayesianModels", "ModelFormula", "Tables", "Studies", "StudyResults",
          "Poststratification",
          "Specifications",
        ]
      ),
      ("Labs", ["Estimates"]),
      ("ProblemSets", ["Labs", "Designs", "MixedModels", "ModelFormula", "Plotting", "Estimates", "Tables"]),
      (
        "mlm",
        [
          "CommandSupport", "ProblemSets", "Labs", "Estimates", "Tables", "Designs", "Distributions",
          "MixedModels", "ModelFormula", "Reporting", "Studies",
        ]
      ),
    ]),
  swiftLanguageModes: [.v6]
)

/// One test target a target: `Tests/<Target>Tests`. Tests are compiled without optimization, which takes half the time; what they try is optimized all the same.
func testTargets(_ list: [(String, [String])]) -> [Target] {
  list.map { name, more in
    .testTarget(
      name: name + "Tests",
      dependencies: [.init(stringLiteral: name), "TestSupport"] + more.map { .init(stringLiteral: $0) },
      swiftSettings: [.unsafeFlags(["-Onone"])])
  }
}
