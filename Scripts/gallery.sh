#!/bin/sh
# The gallery: every kind of figure in both languages, with its command line and its description for readers who cannot see it.
#
#   Scripts/gallery.sh MLM FIGURES      writes FIGURES/gallery.html and FIGURES/gallery/KIND.{en,zh}.svg
set -eu
mlm=$1
figures=$2
case $mlm in /*) ;; *) mlm=$PWD/$mlm ;; esac
new=$(mktemp -d "$figures/.gallery.XXXXXX")
trap 'rm -rf "$new"' EXIT
"$mlm" data salary --out "$new/salary.csv" 2>/dev/null
cp labs/02-varying-intercepts-slopes/sleepstudy.csv Tests/Reference/lmm/exam.csv Tests/Reference/lmm/cake.csv "$new"
cp Tests/Reference/slides/case1_a.csv Tests/Reference/glmm/cbpp.csv Tests/Reference/glmm/contraception.csv "$new"
for name in penicillin pastes machines_unbalanced dyestuff dyestuff2; do cp "Tests/Reference/lmm/$name.csv" "$new"; done
cp Tests/Reference/slides/mrp_a.csv "$new/survey.csv"
cp Tests/Reference/slides/mrp_a_cells.csv "$new/cells.csv"

"$mlm" study run labs/03-shrinkage-study/study.yml --out "$new/shrinkage" 2>/dev/null

salary='"salary ~ experience + (1 + experience | department)" --data salary.csv'
sleep='"Reaction ~ Days + (Days | Subject)" --data sleepstudy.csv --factor Subject'
# One line a figure: kind, the rest of its command.
entries="pooling-plane $salary
pooling-plane $sleep --ellipse model
complete-pooling $salary
varying-intercept \"salary ~ experience + (1 | department)\" --data salary.csv
varying-slope \"salary ~ experience + (0 + experience | department)\" --data salary.csv
varying-both $salary --dodge 0.6
four-models $salary
group-panels $sleep --order intercept
response-panels \"y ~ x1 * x2 + (1 + x1 | income) + (1 + x1 | region)\" --data case1_a.csv --family binomial
response-panels \"cbind(incidence, size - incidence) ~ period + (1 | herd)\" --data cbpp.csv --family binomial --factor period --factor herd
dumbbell $sleep
dumbbell \"use01 ~ urban + (1 + urban | district)\" --data contraception.csv --family binomial --factor district
shrinkage-by-size \"normexam ~ 1 + (1 | school)\" --data exam.csv --factor school --highlight 48
caterpillar $sleep
caterpillar \"diameter ~ 1 + (1 | plate) + (1 | sample)\" --data penicillin.csv --grouping sample
qq-caterpillar \"normexam ~ standLRT + (standLRT | school)\" --data exam.csv --factor school --highlight 53
pooling-dial \"normexam ~ standLRT + (1 | school)\" --data exam.csv --factor school --highlight 48
pooling-dial $salary
pooling-dial \"Yield ~ 1 + (1 | Batch)\" --data dyestuff2.csv
group-coefficients $sleep
shrinkage-matrix \"Reaction ~ Days + I(Days^2) + (Days + I(Days^2) | Subject)\" --data sleepstudy.csv --factor Subject --highlight 332
group-regression \"normexam ~ standLRT * schavg + (standLRT | school)\" --data exam.csv --factor school --highlight 53
coefficients \"use01 ~ age + livch + urban + (1 | district)\" --data contraception.csv --family binomial --factor livch --factor district
coefficients \"angle ~ recipe + temp + (1 | recipe:replicate)\" --data cake.csv --factor replicate
marginal-effects \"use01 ~ age + livch + urban + (1 | district)\" --data contraception.csv --family binomial --factor livch --factor district
marginal-effects \"normexam ~ standLRT * sex + (standLRT | school)\" --data exam.csv --factor school
marginal-effects \"Reaction ~ poly(Days, 2) + (Days | Subject)\" --data sleepstudy.csv --factor Subject
marginal-effects \"angle ~ recipe + temp + (1 | recipe:replicate)\" --data cake.csv --factor replicate --by recipe
profile $sleep
profile-density \"strength ~ 1 + (1 | batch/cask)\" --data pastes.csv
profile-pairs $sleep
bootstrap \"strength ~ 1 + (1 | batch/cask)\" --data pastes.csv
diagnostics \"normexam ~ standLRT + (standLRT | school)\" --data exam.csv --factor school
design \"strength ~ 1 + (1 | batch/cask)\" --data pastes.csv
design \"normexam ~ 1 + (1 | school)\" --data exam.csv
design \"score ~ 1 + (1 | Machine) + (1 | Worker)\" --data machines_unbalanced.csv
posterior-densities $sleep
posterior-densities \"use01 ~ age + urban + (1 | district)\" --data contraception.csv --family binomial --factor district
posterior-intervals $salary
posterior-intervals $sleep --levels --highlight 335
trace $sleep --draws 300
rank $sleep
posterior-plane $sleep
posterior-plane $salary
predictive $sleep
predictive \"use01 ~ age + urban + (1 | district)\" --data contraception.csv --family binomial --factor district
predictive \"incidence ~ period + (1 | herd)\" --data cbpp.csv --family poisson --factor period --factor herd
posterior-pairs $sleep
effects-by-tau \"Yield ~ 1 + (1 | Batch)\" --data dyestuff.csv
schematic"
# Figures of studies: kind, the rest of its command.
studies="shrinkage shrinkage
surface shrinkage
weight shrinkage
rmse shrinkage
coverage shrinkage
boundary shrinkage
measure shrinkage --measure bias --estimand 'random.school.(Intercept).sd' --x J"

mrp='"y ~ gender * gdp + (1 | region) + (1 | province)" --family binomial --data survey.csv --census cells.csv --by province --truth truth'
# Figures of surveys and censuses: kind, the rest of its command.
surveys="areas $mrp
movement $mrp"

escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'; }
mkdir "$new/gallery"
{
  cat <<'HTML'
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery of figures · 图库</title>
<style>
body { font: 16px/1.5 "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1a1a1a; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1rem 2rem }
figure { margin: 0 } img { width: 100%; height: auto } figcaption { font-size: 0.85rem; color: #404040 }
code { display: block; overflow-x: auto; background: #f3f3f3; padding: 0.4rem 0.6rem; font-size: 0.85rem }
section { margin: 3rem 0 }
</style>
<h1>Gallery of figures <span lang="zh-CN">图库</span></h1>
<p>Every kind of figure that <code style="display:inline">mlm plot</code>, <code style="display:inline">mlm study figure</code> and <code style="display:inline">mlm mrp figure</code> draw, with the command that drew it and the description that it gives to readers
who cannot see it. Data: the salary scenario (<code style="display:inline">mlm data salary --out salary.csv</code>), lme4's sleepstudy, cake, Penicillin, Pastes, Dyestuff and
Dyestuff2, nlme's Machines, the exam scores and Contraception of mlmRev, lme4's cbpp, simulated data of the lecture's case 1 and a simulated survey with its census, and the study of lab 3 (<code style="display:inline">mlm study run study.yml --out shrinkage</code>).</p>
HTML
  # draw COMMAND NUMBER KIND REST...: a section with the figure in both languages.
  draw() {
    command=$1 number=$2 kind=$3 rest=$4
    printf '<section id="f%d">\n<h2>%s</h2>\n<code>mlm %s %s %s --out %s.svg</code>\n<div class="pair">\n' \
      "$number" "$kind" "$command" "$kind" "$(printf %s "$rest" | escaped)" "$kind"
    for language in en zh; do
      text=$(cd "$new" && eval "\"\$mlm\" $command $kind $rest --lang $language --out gallery/$number-$kind.$language.svg --csv gallery/$number-$kind.csv" 2>/dev/null)
      text=$(printf %s "$text" | escaped)
      tag=$language
      [ $language = en ] || tag=zh-CN
      printf '<figure lang="%s"><img src="gallery/%s-%s.%s.svg" alt="%s">\n<figcaption>%s</figcaption></figure>\n' \
        "$tag" "$number" "$kind" "$language" "$text" "$text"
    done
    printf '</div>\n<p><a href="gallery/%s-%s.csv">The plotted numbers (CSV)</a> <a lang="zh-CN" href="gallery/%s-%s.csv">图中数据（CSV）</a></p>\n</section>\n' \
      "$number" "$kind" "$number" "$kind"
  }
  count=$(printf '%s\n' "$entries" | wc -l)
  printf '%s\n' "$entries" | {
    number=0
    while read -r kind rest; do
      number=$((number + 1))
      draw plot $number "$kind" "$rest"
    done
  }
  printf '%s\n' "$studies" | {
    number=$count
    while read -r kind rest; do
      number=$((number + 1))
      draw 'study figure' $number "$kind" "$rest"
    done
  }
  count=$((count + $(printf '%s\n' "$studies" | wc -l)))
  printf '%s\n' "$surveys" | {
    number=$count
    while read -r kind rest; do
      number=$((number + 1))
      draw 'mrp figure' $number "$kind" "$rest"
    done
  }
  printf '</html>\n'
} >"$new/gallery.html"
for kind in $(for command in plot 'study figure' 'mrp figure'; do
  "$mlm" $command --help | sed -n '/^Kinds:/,/^$/s/^  *\([a-z-]*\)  .*/\1/p'
done); do
  grep -q "<h2>$kind</h2>" "$new/gallery.html" || { echo "gallery: no figure of the kind $kind" >&2; exit 1; }
done
for page in $(grep -oE '(src|href)="[^"]*"' "$new/gallery.html" | sed 's/^[a-z]*="//; s/"//'); do
  [ -s "$new/$page" ] || { echo "gallery: $page was not drawn" >&2; exit 1; }
done
rm -rf "$figures/gallery"
mv "$new/gallery" "$figures/gallery"
mv "$new/gallery.html" "$figures/gallery.html"
