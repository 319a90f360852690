import MixedModels
import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

/// Data sets of many sizes and shapes, odd ones among them.
struct FigureData: CustomTestStringConvertible, Sendable {
  let name: String
  let groups: Int
  let sizes: ClosedRange<Int>
  /// Standard deviations of intercepts, slopes and residuals.
  let spread: (intercept: Double, slope: Double, residual: Double)
  let levels: @Sendable (Int) -> String
  var scale = 1.0

  var testDescription: String { name }

  static let all: [FigureData] = [
    .init(name: "ordinary", groups: 8, sizes: 5...20, spread: (2, 0.5, 1)) { "g\($0)" },
    .init(name: "two groups", groups: 2, sizes: 6...9, spread: (2, 0.5, 1)) { ["left", "right"][$0] },
    .init(name: "Chinese names", groups: 6, sizes: 4...30, spread: (2, 0.5, 1)) { "第\($0 + 1)中学" },
    .init(name: "long names", groups: 12, sizes: 3...8, spread: (2, 0.5, 1)) {
      "Department of Applied Sciences and Engineering \($0)"
    },
    .init(name: "tiny groups", groups: 15, sizes: 1...3, spread: (3, 0.2, 1)) { "\($0 + 100)" },
    .init(name: "no variation between", groups: 9, sizes: 10...10, spread: (0, 0, 1)) { "g\($0)" },
    .init(
      name: "huge numbers", groups: 7, sizes: 5...9, spread: (2, 0.5, 1), levels: { "g\($0)" }, scale: 1e9),
    .init(
      name: "minute numbers", groups: 7, sizes: 5...9, spread: (2, 0.5, 1), levels: { "g\($0)" }, scale: 1e-7),
    .init(name: "many groups", groups: 80, sizes: 2...9, spread: (2, 0.5, 1)) { "level \($0)" },
    .init(name: "500 groups", groups: 500, sizes: 2...5, spread: (2, 0.5, 1)) { "\($0)" },
  ]

  /// Columns y, x (whole numbers), u (constant within groups) and g.
  func table() -> DataTable {
    var stream = UInt64(groups) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(sizes.upperBound)
    func uniform() -> Double {
      stream = stream &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(stream >> 11) / 9_007_199_254_740_992
    }
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
    var (y, x, u, g) = ([Double](), [Double](), [Double](), [String]())
    for j in 0..<groups {
      let (a, b, own) = (spread.intercept * normal(), spread.slope * normal(), normal())
      let count = sizes.lowerBound + Int(uniform() * Double(sizes.count))
      for _ in 0..<count {
        let at = (10 * uniform()).rounded(.down)
        x.append(at)
        u.append(own)
        g.append(levels(j))
        y.append(scale * (5 + own + a + (1 + b) * at + spread.residual * normal()))
      }
    }
    return DataTable([Column("y", y), Column("x", x), Column("u", u), Column("g", g)])
  }
}

@Suite("Figures of any data")
struct AnyDataTests {
  /// A model that the kind can show.
  static func formula(_ kind: ModelFigureKind) -> String {
    switch kind {
    case .varyingIntercept: "y ~ x + (1 | g)"
    case .varyingSlope: "y ~ x + (0 + x | g)"
    case .shrinkageBySize: "y ~ 1 + (1 | g)"
    case .groupRegression: "y ~ x + u + (1 + x | g)"
    default: "y ~ x + (1 + x | g)"
    }
  }

  /// The kinds that show linear models.
  static let linearKinds = ModelFigureKind.allCases.filter {
    $0.needsModel && !$0.needsFamily && !$0.needsPosterior
  }

  @Test(
    "every kind draws every data set on a page and on half a column, in both languages, or says why not",
    arguments: FigureData.all)
  func soundness(_ data: FigureData) throws {
    let table = data.table()
    var fits: [String: LinearMixedModelFit] = [:]
    for kind in AnyDataTests.linearKinds {
      let formula = AnyDataTests.formula(kind)
      if fits[formula] == nil { fits[formula] = try LinearMixedModel(formula, data: table).fit() }
      let figure: any ModelFigure
      do throws(FigureKindError) {
        figure = try kind.figure(of: fits[formula]!)
      } catch {
        #expect(try AnyDataTests.mayRefuse(kind, fits[formula]!), "\(kind.rawValue): \(error)")
        continue
      }
      let widths =
        data.groups <= 15 ? [figure.size.width, Size.centimetres(8, 8).width] : [figure.size.width]
      for language in FigureLanguage.allCases {
        for width in widths {
          var sized = figure
          if width != figure.size.width {
            // Half a column may be too narrow for numbers of many digits: then a little more is asked for.
            var wide = width
            do throws(FigureError) {
              _ = try figure.resized(
                toWidth: width, FigureSetting(language: language), measuring: FixedMeasurer())
            } catch {
              guard case .tooSmall(_, let needed) = error, data.scale != 1 else { throw error }
              #expect(needed.width < 1.15 * width)
              wide = needed.width
            }
            sized = try figure.resized(
              toWidth: wide, FigureSetting(language: language), measuring: FixedMeasurer())
          }
          let layout = try sized.figure(in: language).layout()
          let faults = layout.faults(pale: AnyDataTests.pale)
          #expect(faults.isEmpty, "\(kind.rawValue) \(language.rawValue) \(width): \(faults.prefix(3))")
        }
      }
    }
  }

  /// Colours that do not carry meaning by themselves.
  static let pale: [Colour] = [PoolingStyle.none.style.lineInside].compactMap { $0 }

  /// What cannot be drawn: a model's boundary or size is named in the error.
  static func mayRefuse(_ kind: ModelFigureKind, _ fit: LinearMixedModelFit) throws -> Bool {
    // Contours around an estimate on the boundary are none.
    kind == .profilePairs ? try fit.model.fit(by: .ml).diagnostics.isSingular : false
  }

  @Test("the same bytes whatever was drawn before", arguments: linearKinds)
  func order(_ kind: ModelFigureKind) throws {
    let fit = try LinearMixedModel(AnyDataTests.formula(kind), data: FigureData.all[0].table()).fit()
    let first = try kind.figure(of: fit).figure(in: .english).layout().scene.json
    _ = try ModelFigureKind.caterpillar.figure(of: fit).figure(in: .chinese).layout()
    #expect(try kind.figure(of: fit).figure(in: .english).layout().scene.json == first)
  }
}
