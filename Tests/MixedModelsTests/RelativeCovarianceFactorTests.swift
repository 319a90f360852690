import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Relative covariance factor")
struct RelativeCovarianceFactorTests {
  @Test("θ and Λ are one another's reading, block by block")
  func roundTrip() {
    let blocks = [0..<2, 2..<3]
    let theta = [1.0, 2, 3, 4]
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: blocks)
    #expect(lambda == Matrix([[1, 0, 0], [2, 3, 0], [0, 0, 4]]))
    #expect(RelativeCovarianceFactor.theta(of: lambda, blocks: blocks) == theta)
    #expect(
      RelativeCovarianceFactor.names(blocks: blocks, groups: ["g", "g"], effects: ["a", "b", "c"])
        == ["g.a", "g.b.a", "g.b", "g.c"])
  }

  @Test("a singular matrix has an empty column, not a rounding one")
  func singular() {
    let psi = Matrix([[4, 6, 2], [6, 9, 3], [2, 3, 5]])
    let l = Matrix(
      rows: 3, columns: 3, storage: RelativeCovarianceFactor.lowerFactor(of: psi.storage, order: 3))
    #expect(l[1, 1] == 0 && l[2, 1] == 0)
    expectClose((l * l.transposed).storage, psi.storage, absolute: 1e-14)
  }

  @Test("turning back by R_b keeps the product and the triangle")
  func unscaled() {
    let psi = Matrix([[2, 0.7], [0.7, 1]])
    let scale = Matrix([[3, -40], [0, 0.01]])
    let l = RelativeCovarianceFactor.unscaled(psi: psi.storage, scale: scale)
    #expect(l[0, 1] == 0 && l[0, 0] > 0 && l[1, 1] > 0)
    let back = scale * l * l.transposed * scale.transposed
    expectClose(back.storage, psi.storage, relative: 1e-10)
  }
}
