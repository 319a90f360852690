import Reporting
import Studies
import Tables

extension StudyReport {
  /// All that a reader needs to repeat the study.
  var methods: [String] {
    var parts: [String] = []
    parts += design
    parts += gridParts
    parts.append(randomNumbers)
    parts += strategyParts
    parts += estimandParts
    parts += measureDefinitions
    parts.append(failures)
    parts += errorParts
    parts.append(software)
    return parts
  }

  /// A paragraph under a heading of its own in its first line.
  func paragraph(_ english: String, _ chinese: String, _ text: String) -> String {
    "**\(either(english + ".", chinese + "。"))** \(text)"
  }

  /// The parameters with their values; scenarios that are listed one by one in a table.
  private var gridParts: [String] {
    guard !measured.parameters.isEmpty else {
      return [paragraph("Grid", "网格", either("None: one cell.", "无：只有一个单元。"))]
    }
    let full = measured.parameters.reduce(1) { $0 * $1.values.count } == study.cells.count
    if full {
      let axes = measured.parameters.map { "\($0.name) ∈ {\($0.values.joined(separator: ", "))}" }.joined(
        separator: either("; ", "；"))
      return [
        paragraph(
          "Grid", "网格",
          either(
            "\(axes); all combinations, \(counted(study.cells.count, "cell")).",
            "\(axes)；全部组合，共 \(study.cells.count) 个单元。"))
      ]
    }
    let shown = study.cells.prefix(StudyReport.mostCells)
    let left = study.cells.count - shown.count
    return [
      paragraph(
        "Grid", "网格",
        either(
          "No full grid: the \(counted(study.cells.count, "scenario")) of the table, a cell each.",
          "不是完全组合：共 \(study.cells.count) 个情景，如表所列，每个情景为一个单元。")),
      either("Table: Scenarios.", "Table: 情景。"),
      TextTable(
        [.init(either("cell", "单元"), .right)] + measured.parameters.map { .init($0.name) },
        rows: shown.map { ["\($0.number)"] + $0.settings.map(\.value) }
      ).markdown(),
    ] + (left > 0 ? [either("\(left) more are in `cells.csv`.", "另有 \(left) 个，见 `cells.csv`。")] : [])
  }

  private var randomNumbers: String {
    let drawn = words.list(drawnParts)
    return paragraph(
      "Replicates and random numbers", "重复与随机数",
      either(
        "\(counted(study.replicates, "replicate", written: grouped(study.replicates))) a cell, seed \(study.seed). In every replicate \(drawn) are drawn anew, and all strategies see the same data. Random numbers come from a counter-based generator (Philox 4×32-10) whose key is the study's seed, a hash of the cell's values and the replicate's number; so they depend on neither the number of threads or machines nor on the rest of the grid, and any replicate can be made again.",
        "每个单元 \(grouped(study.replicates)) 次重复，种子 \(study.seed)。每次重复都重新抽取\(drawn)，所有策略使用同一份数据。随机数来自计数器式发生器（Philox 4×32-10），其密钥由研究的种子、单元取值的散列与重复的编号组成；所以结果与线程数、机器数以及网格的其余部分无关，任何一次重复都可以重做。"
      ))
  }

  private var software: String {
    paragraph(
      "Software", "软件",
      either(
        "\(program); study \(study.hash.prefix(16)). With the file at the end of this report, `mlm study run study.yml --out DIR` gives the same numbers to the last digit; `mlm study replay study.yml CELL REPLICATE` rebuilds the data of one replicate.",
        "\(program)；研究 \(study.hash.prefix(16))。用文末的文件运行 `mlm study run study.yml --out DIR`，得到的数字逐位相同；`mlm study replay study.yml 单元 重复` 重建某一次重复的数据。"
      ))
  }
}
