#!/bin/sh
# Runs the large study (15 s on two processors) and keeps of its tables what the lab reads, in large/: rows of all replicates
# for the schools' coefficients and their SD.
set -eu
mlm=${1:-mlm}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$mlm" study run large.yml --out "$out"
mkdir -p large
cp "$out/results/cells.csv" "$out/results/study.yml" large/
awk -F, 'NR == 1 || $5 ~ /^(coef|random)/ && $7 == "all"' "$out/results/measures.csv" >large/measures.csv
cp "$out/results/statuses.csv" large/statuses.csv
