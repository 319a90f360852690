// swift-tools-version: 6.2
import PackageDescription

let models: [Target.Dependency] = [
  .product(name: "MixedModels", package: "multilevel-lab"),
  .product(name: "ModelFormula", package: "multilevel-lab"),
  .product(name: "Tables", package: "multilevel-lab"),
]

let package = Package(
  name: "multilevel-lab-benchmarks",
  dependencies: [.package(name: "multilevel-lab", path: "..")],
  targets: [
    .executableTarget(name: "WarmFit", dependencies: models),
    .executableTarget(name: "RepeatedFits", dependencies: models),
    .executableTarget(name: "Intervals", dependencies: models),
    .executableTarget(name: "LargeFit", dependencies: models),
    .executableTarget(name: "GeneralizedFit", dependencies: models),
    .executableTarget(
      name: "PosteriorDraws",
      dependencies: models + [.product(name: "BayesianModels", package: "multilevel-lab")]),
    .executableTarget(
      name: "Replicates",
      dependencies: models + [
        .product(name: "Studies", package: "multilevel-lab"),
        .product(name: "Distributions", package: "multilevel-lab"),
      ]),
    .executableTarget(
      name: "Figures",
      dependencies: models + [
        .product(name: "ModelFigures", package: "multilevel-lab"),
        .product(name: "CairoRendering", package: "multilevel-lab"),
        .product(name: "Plotting", package: "multilevel-lab"),
      ]),
    .executableTarget(name: "Measure"),
  ],
  swiftLanguageModes: [.v6]
)
