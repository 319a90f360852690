/// Words on the choice of group panels and on their points.
extension FigureWords {
  /// The caption's line on a choice of panels.
  func panelsSpread(_ shown: Int, of count: Int, _ order: GroupPanels.Order) -> String {
    switch order {
    case .given:
      either(
        "\(shown) of \(count) groups, evenly spread over all in the order of the factor.",
        "\(count) 个组中按因子水平顺序均匀选取的 \(shown) 个。")
    case .count:
      either(
        "\(shown) of \(count) groups, evenly spread over all from the smallest to the largest.",
        "\(count) 个组中按组的大小均匀选取的 \(shown) 个。")
    case .intercept:
      either(
        "\(shown) of \(count) groups, evenly spread over all in the order of their intercepts.",
        "\(count) 个组中按截距大小均匀选取的 \(shown) 个。")
    }
  }

  /// The caption's line on panels that were asked for.
  func panelsPicked(_ shown: Int, of count: Int) -> String {
    either("\(shown) of \(count) groups.", "\(count) 个组中的 \(shown) 个。")
  }

  /// The caption's line on responses that are 0 or 1.
  func heightsSpread(_ response: FigureVariable) -> String {
    let y = response.name(language)
    return either(
      "Points are spread about 0 and 1, the only values of \(y); curves are probabilities.",
      "\(inSentence(y).drop { $0 == " " })只取 0 和 1，点在其附近上下错开；曲线为概率。")
  }

  /// The caption's line on points of a predictor with two values.
  func pointsSpread(_ predictor: FigureVariable) -> String {
    let x = predictor.name(language)
    return either("Points are spread about the two values of \(x).", "点在\(inSentence(x))的两个取值附近左右错开。")
  }
}
