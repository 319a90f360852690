#!/bin/sh
# The architecture as a test: which target may import what. Prints `file:line: what, why` for every import
# that breaks a rule, and exits with 1 when there is one.
#
#   Scripts/check-imports.sh [SOURCES]      SOURCES is Sources unless told
set -eu
sources=${1:-Sources}

# target: those of our targets that it may import. Arrows point down only; a row is added by the change that first puts code
# into a target. What holds in this table, and why:
#   Designs imports no model code         the truth does not see the estimation
#   Plotting imports no model, no Cairo   it ends in drawing commands
#   ModelFigures imports no Cairo         it ends in figure specifications
#   only CairoRendering imports C drawing libraries, and only LinearAlgebra and MixedModels numerical ones
numbers='LinearAlgebra Tables Estimates Distributions Specifications'
models="$numbers ModelFormula MixedModels BayesianModels"
results="$models Designs Studies StudyResults Poststratification Reporting"
pages="$results Plotting ModelFigures CairoRendering"
rooms="
LinearAlgebra:      CLAPACK
Tables:
Estimates:          Tables
Distributions:      LinearAlgebra
Plotting:           Distributions
Specifications:     Tables Estimates
ModelFormula:       LinearAlgebra Tables
CairoRendering:     CCairo CPango CDeflate Plotting
MixedModels:        CNLopt $numbers ModelFormula
BayesianModels:     $numbers ModelFormula MixedModels
Designs:            $numbers ModelFormula
Studies:            $models Designs
StudyResults:       $models Designs Studies Reporting
Poststratification: $models Designs Reporting
Reporting:          $models Designs
ModelFigures:       $results Plotting
Labs:               $pages
ProblemSets:        $pages Labs
CommandSupport:     $results
mlm:                $pages Labs ProblemSets CommandSupport
mlm-worker:         CommandSupport
"

# module from outside: the targets that may import it (* is all).
guests='
Swift:               *
Glibc:               *
Synchronization:     *
FoundationEssentials: *
Dispatch:            CairoRendering MixedModels BayesianModels Studies Poststratification ProblemSets
RealModule:          LinearAlgebra Distributions MixedModels BayesianModels
ArgumentParser:      CommandSupport mlm mlm-worker
GRDB:                StudyResults
Yams:                Specifications
Crypto:              Studies Labs ProblemSets
'

find "$sources" -name '*.swift' | LC_ALL=C sort | awk -v rooms="$rooms" -v guests="$guests" -v root="$sources" '
  # allowed[target, module]; known[module]; list[target] for the message.
  function read_table(text, turned,    lines, count, i, colon, name, others, n, j) {
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) {
      colon = index(lines[i], ":")
      if (!colon) continue
      name = substr(lines[i], 1, colon - 1)
      n = split(substr(lines[i], colon + 1), others, " ")
      known[name] = 1
      if (!turned) room[name] = 1
      for (j = 1; j <= n; j++) {
        if (turned) allowed[others[j], name] = 1
        else { allowed[name, others[j]] = 1; known[others[j]] = 1; list[name] = list[name] " " others[j] }
      }
    }
  }
  function complain(text) { print file ":" line ": " text; bad = 1 }
  function reason(target, module) {
    if (module == "Foundation")
      return "no target imports Foundation (it costs every start of the program; use Glibc or FoundationEssentials)"
    if (module == "ArgumentParser") return "only the programs read arguments"
    if (module == "CCairo" || module == "CPango" || module == "CDeflate") return "only CairoRendering knows the drawing libraries"
    if (target == "Designs" && module ~ /Models$/)
      return "Designs knows no model code: the truth does not see the estimation"
    if (target == "Plotting" && module == "CairoRendering") return "Plotting ends in drawing commands and does not know Cairo"
    if (target == "Plotting" && module in room) return "Plotting does not know models"
    if (target == "ModelFigures" && module == "CairoRendering") return "ModelFigures ends in figure specifications"
    if (!(module in known)) return "this module is not in the tables of Scripts/check-imports.sh"
    if (module in room) return "arrows between targets point down only; " target " may import" \
      (list[target] == "" ? " none of ours" : ":" list[target])
    return "the table of Scripts/check-imports.sh does not give it to this target"
  }
  function check_file(    text, target, words, n, i, module, quotes, inside) {
    target = substr(file, length(root) + 2); sub(/\/.*/, "", target)
    line = 0; inside = 0
    if (!(target in room)) {
      if (!(target in told)) { line = 1; complain("target " target " has no row in Scripts/check-imports.sh") }
      told[target] = 1
      return
    }
    while ((getline text < file) > 0) {
      line++
      quotes = gsub(/"""/, "&", text)
      if (!inside && text ~ /^[ \t]*([@a-zA-Z_]+(\([^)]*\))?[ \t]+)*import[ \t]+[A-Za-z_]/ && text !~ /^[ \t]*\/\//) {
        sub(/^.*import[ \t]+/, "", text); sub(/[ \t]*(\/\/.*)?$/, "", text)
        sub(/^(struct|class|enum|protocol|typealias|func|var|let|actor)[ \t]+/, "", text)
        module = text; sub(/[^A-Za-z0-9_].*$/, "", module)
        if (module != target && !((target, module) in allowed) && !(("*", module) in allowed))
          complain(target " may not import " module ": " reason(target, module))
      }
      if (quotes % 2) inside = !inside
    }
    close(file)
  }
  BEGIN { read_table(rooms, 0); read_table(guests, 1) }
  { file = $0; check_file() }
  END {
    if (NR == 0) { print "no Swift file under " root; exit 1 }
    exit bad
  }'
