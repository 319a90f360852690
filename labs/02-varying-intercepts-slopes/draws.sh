#!/bin/sh
# Prints draws.csv: partial pooling against no pooling where the truth is known. Run it in the folder of the designs, with mlm on the path.
#
# The fit of each design (three.csv, three-close.csv, four.csv, five.csv, eight.csv) is taken as the truth: its group coefficients and its residual standard
# deviation. 1000 responses are drawn from it with seed 1, the coefficients kept. For every draw, none and partial are the squared
# errors of the group coefficients by no pooling and by partial pooling (REML), summed over the groups; excess = partial - none, and
# closer is 1 where partial pooling has less error.
set -eu
formula='y ~ 1 + (1 | group)'
draws=1000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo design,draw,none,partial,excess,closer
for design in three three-close four five eight; do
  mlm pool "$formula" --data $design.csv --format csv >"$folder/truth.csv"
  mlm simulate "$formula" --data $design.csv --random fitted --seed 1 --n $draws 2>/dev/null >"$folder/drawn.csv"
  for k in $(seq $draws); do
    mlm pool "sim_$k ~ 1 + (1 | group)" --data "$folder/drawn.csv" --format csv 2>/dev/null |
      awk -F, -v OFS=, -v design=$design -v draw=$k '
        FNR == NR { if ($1 == "reml") truth[$3] = $6; next }
        $1 == "none" { none += ($6 - truth[$3]) ^ 2 }
        $1 == "reml" { partial += ($6 - truth[$3]) ^ 2 }
        END { printf "%s,%d,%.5f,%.5f,%.5f,%d\n", design, draw, none, partial, partial - none, partial < none }
      ' "$folder/truth.csv" -
  done
done
