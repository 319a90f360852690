// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "multilevel-lab-benchmarks",
  dependencies: [.package(name: "multilevel-lab", path: "..")],
  targets: [
    .executableTarget(
      name: "WarmFit",
      dependencies: [
        .product(name: "MixedModels", package: "multilevel-lab"),
        .product(name: "Tables", package: "multilevel-lab"),
      ]),
    .executableTarget(name: "Measure"),
  ],
  swiftLanguageModes: [.v6]
)
