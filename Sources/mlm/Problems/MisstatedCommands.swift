import ProblemSets

extension LabCommandError: MisstatedCommand {}
extension OptionError: MisstatedCommand {}
