#!/bin/sh
# A class that exists only on paper: forty students answer a set, most rightly, some with a listed mistake, a few not at all; the set is
# graded, and how its questions were answered is drawn. All follows from the students' numbers, so every run gives the same bytes.
#
#   Scripts/sample-class.sh MLM SET.yml FIGURES     writes FIGURES/ID-items.{en,zh}.{svg,png}
set -eu
mlm=$1
set=$2
figures=$3
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
awk 'BEGIN { print "id,name"; for (i = 1; i <= 40; i++) printf "S%02d,Student %d\n", i, i }' >"$out/roster.csv"
"$mlm" problems build "$set" --roster "$out/roster.csv" --course-key-file labs/sets/sample-course.key \
  --lang both --to markdown --out "$out/set" >"$out/build.log" 2>&1 || { cat "$out/build.log" >&2; exit 1; }
awk -F, '
  function random() { state = (state * 16807) % 2147483647; return state / 2147483647 }
  NR == 1 { next }
  {
    key = $1 "," $3 "," $5
    if (!(key in seen)) { seen[key] = 1; order[++count] = key }
    if ($8 == "right") { right[key] = right[key] (right[key] == "" || $10 !~ /^[A-Z]$/ ? "" : " ") $10; rights[key]++ }
    else if ($8 == "misconception" && $10 != "") wrong[key, ++wrongs[key]] = $10
  }
  END {
    print "student,problem,answer,value"
    state = 20260101
    for (i = 1; i <= count; i++) {
      split(order[i], part, ",")
      if (part[1] != student) { student = part[1]; skill = 0.35 + 0.6 * random() }
      draw = random(); which = random()
      if (right[order[i]] == "" || draw > 0.985) continue
      given = right[order[i]]
      if (draw > skill) {
        if (draw > 0.96 || !wrongs[order[i]]) given = given ~ /^[A-Z]/ ? "" : given * 1.37
        else {
          pick = wrong[order[i], 1 + int(wrongs[order[i]] * which * which)]
          given = rights[order[i]] > 1 ? given " " pick : pick
        }
      }
      if (given != "") print order[i] "," given
    }
  }' "$out/set/instructor/keys.csv" >"$out/answers.csv"
# Wrong answers are what this class is for: only a fault of the grading itself fails.
"$mlm" problems grade --keys "$out/set/instructor/keys.json" --answers "$out/answers.csv" --out "$out/grades" \
  >"$out/grade.log" 2>&1 || [ $? -eq 4 ] || { cat "$out/grade.log" >&2; exit 1; }
for form in en.svg en.png zh.svg zh.png; do
  cp "$out/grades/items-1.$form" "$figures/$(basename "$set" .yml)-items.$form"
done
