import Specifications
import Testing

@Suite("Specifications: YAML with places")
struct SpecificationNodeTests {
  private func read(_ yaml: String) throws -> SpecificationNode {
    try SpecificationNode(yaml: yaml, file: "s.yml")
  }

  private func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("Values come with their places")
  func places() throws {
    let node = try read("a: 1\nb:\n  - x\n  - {c: 2.5}\n")
    #expect(try node.fields(["a", "b"])["a"]?.integer() == 1)
    let c = try #require(node[path: ["b", "2", "c"]])
    #expect(try c.number() == 2.5)
    #expect(c.place == SpecificationPlace(file: "s.yml", line: 4, column: 9))
    #expect(c.path == "b[2].c")
  }

  @Test(
    "Faults say what, where and what would work",
    arguments: [
      (
        "replicate: 3",
        "s.yml:1:1: unknown 'replicate' (did you mean 'replicates'?); there are seed, replicates"
      ),
      ("seed: [1, 2]", "s.yml:1:7: seed: a list of 2 where a number belongs"),
      ("seed: 1.5", "s.yml:1:7: seed: 1.5 where a whole number belongs"),
      ("seed: -1", "s.yml:1:7: seed: -1 is outside; from 0 to 9 would work"),
      (
        "seed: abc + 1",
        "s.yml:1:7: seed: 'abc + 1' where a number belongs; 'abc' could be named under parameters:"
      ),
      ("seed: 1e400", "s.yml:1:7: seed: '1e400' is inf; a finite number would work"),
      ("seed:", "s.yml:1:6: seed: nothing where a number belongs"),
      ("replicates: 3", "s.yml:1:1: 'seed' is missing"),
      ("seed: 1\nseed: 2", "s.yml:1:1: 'seed' occurs more than once in the mapping that begins here"),
      ("[1, 2]", "s.yml:1:1: a list of 2 where a mapping (name: value) belongs"),
      ("", "s.yml:1:1: the file is empty; a specification belongs in it"),
    ])
  func faults(yaml: String, message: String) {
    let found = fault {
      _ = try read(yaml).fields(["seed", "replicates"]).required("seed").integer(in: 0...9)
    }
    #expect(found == message)
  }

  @Test("What is no YAML is refused with its place")
  func notYAML() {
    #expect(fault { _ = try read("a: [1, 2\nb: 3") }.hasPrefix("s.yml:2:"))
    #expect(fault { _ = try read("a: 1\n---\nb: 2\n") }.hasPrefix("s.yml:2:1: not YAML"))
  }

  @Test("Numbers may be arithmetic over named numbers")
  func expressions() throws {
    let node = try read("sd: sigma * sqrt((1 - icc) / icc)\nn: 2 * J")
    let names = ["sigma": 2.0, "icc": 0.2, "J": 15]
    #expect(try node.fields(["sd", "n"]).required("sd").number(with: names) == 4)
    #expect(try node.fields(["sd", "n"]).required("n").integer(with: names) == 30)
    let slip = fault { _ = try node[path: ["sd"]]?.number(with: ["sigma": 1, "ic": 1]) }
    #expect(
      slip
        == "s.yml:1:5: sd: 'sigma * sqrt((1 - icc) / icc)': unknown 'icc' (did you mean 'ic'?); there are ic, sigma"
    )
  }

  @Test("Setting a path changes that node alone")
  func setting() throws {
    let node = try read("levels: {school: 30}\nsd: [1, 2]")
    let school = try #require(node[path: ["levels", "school"]])
    let changed = try #require(node.setting(["levels", "school"], to: school.replaced(by: 5)))
    #expect(changed.canonicalText == "{levels: {school: 5}, sd: [1, 2]}")
    #expect(
      try #require(changed.setting(["sd", "2"], to: school)).canonicalText
        == "{levels: {school: 5}, sd: [1, 30]}")
    #expect(node.setting(["levels", "class"], to: school) == nil)
    #expect(node.canonicalText == "{levels: {school: 30}, sd: [1, 2]}")
  }

  @Test("The canonical text forgets layout and reads back to itself")
  func canonical() throws {
    let a = try read("# comment\na:   {b: 'x y', c: [1,2]}\nd: ~\ne: \"~\"\nf: y ~ 1 + x")
    #expect(a.canonicalText == #"{a: {b: "x y", c: [1, 2]}, d: null, e: "~", f: "y ~ 1 + x"}"#)
    #expect(try read(a.canonicalText).canonicalText == a.canonicalText)
  }
}
