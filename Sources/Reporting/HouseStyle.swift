/// The printed texts of R that a fit can take.
public enum HouseStyle: String, Sendable, CaseIterable {
  /// `print(fit)`.
  case print
  /// `print(summary(fit))`.
  case summary
  /// `arm::display(fit)`.
  case display

  /// What the number called DIC in `arm::display` of a mixed model is not; to be shown beside the text, not in it.
  public static let dicNote =
    "The \"DIC\" above is 2·deviance − criterion (under ML the deviance itself), as arm::display prints it. "
    + "It is not Spiegelhalter's deviance information criterion, which needs draws from a posterior."
}
