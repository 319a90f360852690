/// Why a chain cannot begin.
public enum SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No starting point was found where log density and gradient are finite.
  case noFiniteStart(chain: Int, attempts: Int, radius: Double)
  /// From the starting point no step, however short, keeps the energy.
  case noStepSize(chain: Int, least: Double)
  /// From the starting point steps of any length keep the energy: nothing pulls the parameters back.
  case flatDensity(chain: Int, greatest: Double)
  /// A normal prior of a fixed effect beside which the data are lost to rounding.
  case narrowPrior(effect: String, prior: Prior)

  /// The number of the chain, counted from 1; 0 for all.
  public var chain: Int {
    switch self {
    case .noFiniteStart(let chain, _, _), .noStepSize(let chain, _), .flatDensity(let chain, _): chain
    case .narrowPrior: 0
    }
  }

  /// What was found, and what would help.
  public var description: String {
    switch self {
    case .noFiniteStart(let chain, let attempts, let radius):
      "chain \(chain): at none of \(attempts) starting points (each coordinate within \(radius) of the centre) "
        + "are log posterior and gradient finite; check that priors and data can hold together"
    case .noStepSize(let chain, let least):
      "chain \(chain): the log posterior changes too abruptly around the starting point for any step size down "
        + "to \(least); check the scale of the predictors and the priors"
    case .flatDensity(let chain, let greatest):
      "chain \(chain): the log posterior is flat over steps of \(greatest); it is probably improper: "
        + "give the parameters proper priors"
    case .narrowPrior(let effect, let prior):
      "the prior \(prior) of the fixed effect '\(effect)' is so narrow for the data (a millionth of the distance or of the error that they give it) that numbers of 16 "
        + "digits cannot hold both; a wider prior works, and a coefficient that is known is an offset"
    }
  }
}
