#!/bin/sh
# The sample sheet that the README prints: the text between its two marks, from a built sheet whose links lead to the sample folder.
#
#   Scripts/readme-sample.sh SHEET.md README.md          puts it there
#   Scripts/readme-sample.sh --check SHEET.md README.md  fails where the README prints another
set -eu
check=
if [ "$1" = --check ]; then check=1; shift; fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT
sed -e 's/^# /### /; s/^## /#### /' -e 's|](\([^)/]*\))|](labs/sets/sample/\1)|g' "$1" >"$new.sheet"
awk -v sheet="$new.sheet" '
  /^<!-- sample: end -->/ { inside = 0 }
  !inside { print }
  /^<!-- sample: begin/ { inside = 1; print ""; while ((getline line < sheet) > 0) print line; print "" }
' "$2" >"$new"
rm -f "$new.sheet"
if [ -n "$check" ]; then
  diff "$2" "$new" || { echo "$2 prints another sheet than $1; run Scripts/readme-sample.sh $1 $2" >&2; exit 1; }
else
  cat "$new" >"$2"
fi
