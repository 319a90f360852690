import Designs
import Specifications
import Studies

extension StudyReport {
  /// Levels as a tree: nested ones below each other, with the numbers that they have in all cells; a tree for each shape where the grid
  /// changes the levels themselves.
  var levelTree: String {
    var shapes: [(key: [String?], cells: [Int])] = []
    for (cell, design) in designs.enumerated() {
      let key = design.levels.flatMap { [$0.name, $0.parent] }
      if let k = shapes.firstIndex(where: { $0.key == key }) {
        shapes[k].cells.append(cell)
      } else {
        shapes.append((key, [cell]))
      }
    }
    return shapes.map { shape in
      let own = shape.cells.map { designs[$0] }
      let numbers = shape.cells.map { "\($0 + 1)" }.joined(separator: ", ")
      let head = shapes.count == 1 ? "" : either("cells \(numbers):\n", "单元 \(numbers)：\n")
      return head + tree(own) + rowsLine(own)
    }.joined(separator: "\n")
  }

  /// The tree of designs whose levels have the same names and places.
  private func tree(_ designs: [DataDesign]) -> String {
    let levels = designs[0].levels
    var lines: [String] = []
    func add(_ parent: String?, _ indent: String) {
      let own = levels.indices.filter { levels[$0].parent == parent }
      for (k, place) in own.enumerated() {
        let level = levels[place]
        let isLast = k == own.count - 1
        let mark = parent == nil ? "" : isLast ? "└─ " : "├─ "
        let belongs = level.belongs.indices.map { k in
          let texts = designs.compactMap { design in
            design.levels[place].belongs.indices.contains(k)
              ? membership(design.levels[place].belongs[k]) : nil
          }
          return either("; ", "；") + DesignPhrase.over(texts, words)
        }.joined()
        lines.append("\(indent)\(mark)\(level.name): \(count(place, designs))\(belongs)")
        add(level.name, indent + (parent == nil ? "" : isLast ? "   " : "│  "))
      }
    }
    add(nil, "")
    return lines.joined(separator: "\n")
  }

  /// How many units a level has: "n = 2, 5" where the design's file has a name for it.
  private func count(_ place: Int, _ designs: [DataDesign]) -> String {
    let sizes = designs.map { size($0.levels[place].units) }
    let name = designs[0].levels[place].name
    let isWritten = sizes.allSatisfy {
      $0.words[0].isEmpty && $0.values.count == 1 && $0.words == sizes[0].words
    }
    guard let written = writtenSize(name), isWritten, written != sizes[0].values[0] else {
      return DesignPhrase.over(sizes, words)
    }
    let numbers = DesignPhrase.distinct(sizes.map { $0.values[0] })
    return "\(written) = " + shortened(numbers).joined(separator: ", ") + sizes[0].words[1]
  }

  /// The size of a level as the design's file writes it, where it is a name or arithmetic that the grid leaves in place.
  private func writtenSize(_ level: String) -> String? {
    let path = "levels.\(level)"
    if measured.parameters.contains(where: {
      $0.name == "levels" || $0.name == path || $0.name.hasPrefix(path + ".")
    }) {
      return nil
    }
    guard let found = study.design.node[path: ["levels", level]] else { return nil }
    let size: SpecificationNode
    switch found.content {
    case .scalar: size = found
    case .mapping:
      guard let inner = found[path: ["size"]] ?? found[path: ["count"]], case .scalar = inner.content else {
        return nil
      }
      size = inner
    default: return nil
    }
    return try? size.text()
  }

  private func size(_ units: DesignLevel.Units) -> DesignPhrase {
    func bounds(_ least: Int, _ most: Int?) -> DesignPhrase {
      let low = phrase(", below \(least) set to \(least)", "，小于 \(least) 的取 \(least)")
      guard let most else { return low }
      return phrase("\(low), above \(most) set to \(most)", "\(low)，大于 \(most) 的取 \(most)")
    }
    switch units {
    case .counted(let count): return "\(count)"
    case .named(let names):
      let list = shortened(names).joined(separator: ", ")
      return phrase("\(names.count) (named \(value: list))", "\(names.count)（名称为 \(value: list)）")
    case .times(let first, let last, let per):
      return "\(phrase("times \(first) to \(last)", "时点 \(first) 至 \(last)"))\(per.map(inEach) ?? "")"
    case .nested(let per, let law):
      let each = inEach(per)
      switch law {
      case .fixed(let n): return "\(n)\(each)"
      case .listed(let sizes):
        let list = sizes.map(String.init).joined(separator: ", ")
        return phrase("\(value: list) by turns, one \(per) after the other", "\(value: list)，各 \(per) 依次轮流")
      case .uniform(let a, let b):
        return phrase("\(a) to \(b), equally likely,\(each)", "\(a) 至 \(b) 等可能\(each)")
      case .lognormal(let mean, let sd, let least, let most):
        return phrase(
          "exp(N(\(mean), \(sd)²)) rounded\(bounds(least, most)),\(each)",
          "exp(N(\(mean), \(sd)²)) 取整\(bounds(least, most))\(each)")
      case .poisson(let mean, let least, let most):
        return phrase(
          "Poisson(\(mean))\(bounds(least, most)),\(each)", "Poisson(\(mean))\(bounds(least, most))\(each)")
      case .oneTiny(let size, let tiny):
        return phrase("\(size)\(each), but \(tiny) in the last", "\(size)\(each)，最后一个 \(tiny)")
      }
    }
  }

  private func inEach(_ level: String) -> String { either(" in each \(level)", "（每个 \(level)）") }

  private func membership(_ member: DesignLevel.Membership) -> DesignPhrase {
    guard let weights = member.weights else {
      return phrase(
        "each belongs to one \(member.level), drawn with equal chances",
        "每个单位属于一个 \(member.level)，等概率抽取")
    }
    let list = weights.map(DesignPhrase.text(of:)).joined(separator: ", ")
    return phrase(
      "each belongs to one \(member.level), drawn with chances as \(value: list)",
      "每个单位属于一个 \(member.level)，按权重 \(value: list) 抽取")
  }

  /// What makes the rows, where the tree does not tell.
  private func rowsLine(_ designs: [DataDesign]) -> String {
    let texts = designs.compactMap { design -> DesignPhrase? in
      switch design.response.rows {
      case nil: return nil
      case .units(let level): return phrase("one for each \(level)", "每个 \(level) 一行")
      case .crossed(let rows):
        let cells: DesignPhrase =
          switch rows.cells {
          case .all: phrase("every combination", "全部组合")
          case .fraction(let share):
            phrase(
              "a random \(share) of the combinations (their number rounded)", "随机 \(share) 的组合（个数取整）")
          case .sees(let each, let count):
            phrase("\(count) chosen at random for each \(each)", "每个 \(each) 随机选 \(count) 个")
          }
        let levels = rows.levels.joined(separator: " × ")
        return phrase(
          "\(levels), \(cells), \(rows.perCell) a combination", "\(levels)，\(cells)，每个组合 \(rows.perCell) 行")
      }
    }
    return texts.isEmpty ? "" : either("\nrows: ", "\n行：") + DesignPhrase.over(texts, words)
  }
}
