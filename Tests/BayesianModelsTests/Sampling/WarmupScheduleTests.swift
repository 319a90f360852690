import Testing

@testable import BayesianModels

struct WarmupScheduleTests {
  @Test("Windows double and the last takes what is left")
  func windows() {
    let thousand = WarmupSchedule(count: 1_000)
    #expect(thousand.estimation == 75..<950)
    #expect(thousand.windowEnds == [99, 149, 249, 449, 949])
    #expect(WarmupSchedule(count: 150).windowEnds == [99])
    #expect(WarmupSchedule(count: 300).windowEnds == [99, 149, 249])
    #expect(WarmupSchedule(count: 299).windowEnds == [99, 248])
  }

  @Test("A short warmup is divided 15 : 75 : 10")
  func shortWarmups() {
    let hundred = WarmupSchedule(count: 100)
    #expect(hundred.estimation == 15..<90)
    #expect(hundred.windowEnds == [89])
    #expect(WarmupSchedule(count: 20).estimation == 3..<18)
    for count in [0, 1, 19] { #expect(WarmupSchedule(count: count).windowEnds.isEmpty) }
  }

  @Test("Windows fill the estimation phase, whatever the length")
  func windowsAreWhole() {
    for count in 20...3_000 {
      let schedule = WarmupSchedule(count: count)
      #expect(schedule.windowEnds.last == schedule.estimation.upperBound - 1, "\(count)")
      #expect(schedule.windowEnds == schedule.windowEnds.sorted(), "\(count)")
      #expect(schedule.estimation.upperBound < count, "\(count)")
    }
  }
}
