import Tables
import TestSupport
import Testing

@testable import MixedModels

/// Profiles of one parameter against lme4's, of two against a dense deviance minimized by R's optim (Scripts/record-profiles.R).
@Suite("Likelihood profiles")
struct LikelihoodProfileTests {
  static let cases = try! Reference.json("lmm/profiles.json")["cases"].array

  static func fit(_ record: JSON) throws -> LinearMixedModelFit {
    let path = record["data"].string!
    let table = try DataTable(csv: Reference.bytes(path), file: path)
    return try LinearMixedModel(record["formula"].string!, data: table).fit(by: .ml)
  }

  /// √χ²₂ quantiles of 50, 80, 90, 95 and 99%.
  static let heights = [
    1.1774100225154747, 1.7941225779941015, 2.145966026289347, 2.447746830680816, 3.034854258770293,
  ]

  @Test("held parameters: the deviance is as low as optim finds it", arguments: cases.indices)
  func points(_ c: Int) throws {
    let record = Self.cases[c]
    let fit = try Self.fit(record)
    #expect(fit.parameterNames == record["parameters"].strings)
    for point in record["points"].array {
      let held = point["held"].array.map { Int($0.double) }
      let profile = try #require(JointProfile(fit, holding: held.map { fit.profiledParameters[$0] }))
      var x = profile.start
      let rise = profile.leastRise(at: point["at"].array.map(\.double), from: &x)
      // optim stops within 1e-6 of its minimum; never below ours.
      let expected = point["rise"].double
      #expect(
        rise < expected + 1e-7 && rise > expected - 2e-5,
        "\(record["data"].string!) \(held): \(rise), \(expected)")
    }
  }

  @Test("one parameter held: ζ and all other estimates are lme4's", arguments: cases.indices)
  func rows(_ c: Int) throws {
    let record = Self.cases[c]
    let fit = try Self.fit(record)
    let units = record["estimates"].array.map { abs($0.double) }
    for row in record["rows"].array {
      let k = Int(row["held"].double)
      let profile = try #require(JointProfile(fit, holding: [fit.profiledParameters[k]]))
      let parameters = row["parameters"].array.map(\.double)
      let rise = { () -> (Double, [Double]) in
        var x = profile.start
        let rise = profile.leastRise(at: [parameters[k]], from: &x)
        return (rise, profile.parameters(at: [parameters[k]], x))
      }()
      let zeta = abs(row["zeta"].double)
      // lme4's optimizer leaves up to 1e-4 of the deviance.
      expectClose(
        rise.0.squareRoot(), zeta, absolute: 1e-3 * zeta, "\(record["data"].string!) \(k) \(parameters)")
      #expect(rise.0 < zeta * zeta + 1e-6)
      for (m, (found, expected)) in zip(rise.1, parameters).enumerated() where m != k {
        expectClose(found, expected, absolute: 0.02 * max(units[m], 0.5 * abs(expected)), "\(k) → \(m)")
      }
    }
  }

  @Test("paths step evenly in ζ, and meet a bound where the data do not exclude it")
  func paths() throws {
    let sleep = try LikelihoodProfile(Self.fit(Self.cases[0]), height: 3)
    for path in sleep.paths {
      #expect(path.zetas.contains(0) && path.zetas == path.zetas.sorted())
      let values = path.values(of: path.parameter)
      #expect(values == values.sorted())
      let isCorrelation = path.parameter == 1
      #expect(path.meetsUpperBound == isCorrelation && !path.meetsLowerBound)
      #expect(path.zetas.count == (isCorrelation ? 24 + 23 + 1 + 8 : 49))
      for (k, zeta) in path.zetas.enumerated() where !(isCorrelation && k >= 48) {
        expectClose(zeta, -3 + 0.125 * Double(k), absolute: 1e-6, "\(path.parameter)")
      }
    }
    #expect(sleep.paths[1].values(of: 1).last! > 0.999999)
    // lme4's profile reaches a standard deviation of 0 at ζ = −2.25 in the dyestuff data.
    let dye = try LikelihoodProfile(Self.fit(Self.cases[1]), height: 3)
    #expect(dye.paths[0].meetsLowerBound && dye.paths[0].values(of: 0)[0] == 0)
    let zero = try LinearMixedModel(
      "Yield ~ 1 + (1 | Batch)", data: DataTable(csv: Reference.bytes("lmm/dyestuff.csv"), file: "d"))
    let linear = try LinearModel(
      "Yield ~ 1", data: DataTable(csv: Reference.bytes("lmm/dyestuff.csv"), file: "d")
    ).fit()
    let ml = try zero.fit(by: .ml)
    // At 0 the model is least squares: ζ² is the difference of deviances.
    let rise = -2 * linear.logLikelihood - ml.criterion
    expectClose(dye.paths[0].zetas[0], -rise.squareRoot(), absolute: 1e-6)
  }

  @Test(
    "contours: the deviance has risen by h² everywhere on them, and traces meet them where they turn",
    arguments: cases.indices)
  func contours(_ c: Int) throws {
    let fit = try Self.fit(Self.cases[c])
    let profile = try LikelihoodProfile(fit, height: Self.heights.last!)
    for i in profile.parameters.indices {
      for j in profile.parameters.indices where i < j {
        let contours = try #require(profile.contours(i, j, heights: Self.heights))
        let joint = try #require(JointProfile(fit, holding: [i, j].map { fit.profiledParameters[$0] }))
        for contour in contours {
          for piece in contour.pieces {
            for point in stride(from: 0, to: piece.count, by: 17) {
              var x = joint.start
              let rise = joint.leastRise(at: [piece[point].first, piece[point].second], from: &x)
              // Rays are exact; between them the cubic is good to 0.3% of h.
              let precision = point % 6 == 0 ? 1e-5 : 3e-3
              expectClose(
                rise.squareRoot(), contour.height, absolute: precision * contour.height,
                "\(c) \(i) \(j) \(contour.height) \(point)")
            }
          }
          // A contour goes as far as the path of each parameter at ζ = h, where nothing bounds either.
          guard contour.isClosed, contour.height > 3 else { continue }
          for (k, values) in [(i, contour.pieces[0].map(\.first)), (j, contour.pieces[0].map(\.second))] {
            let path = profile.paths[k].values(of: k)
            let width = path.last! - path[0]
            expectClose(values.min()!, path[0], absolute: 5e-3 * width, "\(c) \(i) \(j) \(k)")
            expectClose(values.max()!, path.last!, absolute: 5e-3 * width, "\(c) \(i) \(j) \(k)")
          }
        }
      }
    }
  }

  @Test("a contour that meets a bound ends on it")
  func open() throws {
    let profile = try LikelihoodProfile(Self.fit(Self.cases[0]), height: Self.heights.last!)
    let contours = try #require(profile.contours(0, 1, heights: Self.heights))
    #expect(contours.map(\.isClosed) == [true, true, true, true, false])
    let arc = contours[4].pieces[0]
    #expect(contours[4].pieces.count == 1)
    for end in [arc[0], arc[arc.count - 1]] { expectClose(end.second, 1, absolute: 1e-9) }
  }

  @Test("a fit on the boundary is refused")
  func refusals() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/dyestuff2.csv"), file: "dyestuff2.csv")
    let singular = try LinearMixedModel("Yield ~ 1 + (1 | Batch)", data: table).fit()
    #expect(throws: FitError.singularProfile) { try LikelihoodProfile(singular, height: 2) }
  }
}
