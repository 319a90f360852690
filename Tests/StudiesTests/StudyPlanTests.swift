import Testing

@testable import Studies

@Suite("Plans: blocks packed into tasks")
struct StudyPlanTests {
  @Test("Every block is in one task, and tasks cost about the same", arguments: [1, 3, 7, 50])
  func packing(count: Int) throws {
    let study = try StudyExamples.oneWay("{J: [2, 4, 8, 16], n: [2, 4]}", replicates: 2_500)
    let blocks = StudyWork(study).missing(in: StudyStore([]))
    let costs = study.cells.map { Double($0.number * $0.number) * 1e-3 }
    let plan = StudyPlan(study, blocks: blocks, taskCount: count, costs: costs)
    #expect(plan.tasks.count == min(count, blocks.count))
    #expect(Set(plan.tasks.flatMap { $0 }) == Set(blocks) && plan.tasks.flatMap { $0 }.count == blocks.count)
    let seconds = try #require(plan.taskSeconds)
    let largest = blocks.map { Double($0.block.count) * costs[$0.cell.number - 1] }.max() ?? 0
    // Longest-first packing: no task is above the mean by more than the largest block.
    #expect(seconds.max() ?? 0 <= seconds.reduce(0, +) / Double(seconds.count) + largest)
    let again = try StudyPlan(bytes: Array(plan.text.utf8), path: "plan.json")
    #expect(again.text == plan.text && again.study.hash == study.hash)
    #expect(again.tasks == plan.tasks)
  }

  @Test("A changed plan is refused")
  func damaged() throws {
    let study = try StudyExamples.oneWay("{J: [2]}", replicates: 300)
    let plan = StudyPlan(study, blocks: StudyWork(study).missing(in: StudyStore([])), taskCount: 2)
    for (from, to) in [
      ("sigma_y: 4", "sigma_y: 5"), ("\"format\"", "\"fromat\""), ("[1,1,", "[9,1,"), ("[1,1,", "[1,2,"),
    ] {
      let text = plan.text.replacing(from, with: to)
      #expect(text != plan.text, "\(from)")
      #expect(throws: StoreError.self, "\(from)") {
        try StudyPlan(bytes: Array(text.utf8), path: "plan.json")
      }
    }
  }
}
