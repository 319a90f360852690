#!/bin/sh
# Runs the lab's studies with many replicates (half a minute on two processors) and keeps what the lab quotes, in large/: rows of all replicates
# for the fixed effects.
set -eu
mlm=${1:-mlm}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for study in endogenous tscs crossed; do
  sed 's/^replicates: 100$/replicates: 5000/' $study.yml >"$out/$study.yml"
  "$mlm" study run "$out/$study.yml" --out "$out/$study"
  mkdir -p large/$study
  for table in cells statuses; do cp "$out/$study/results/$table.csv" large/$study/; done
  cp "$out/$study/results/study.yml" large/$study/
  awk 'NR == 1 || /,fixed\./ && /,all,/' "$out/$study/results/measures.csv" >large/$study/measures.csv
done
