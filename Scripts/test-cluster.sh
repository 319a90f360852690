#!/usr/bin/env bash
# Studies on many processes, and on a Slurm cluster of two nodes that is begun on this machine: whatever is killed, cut off,
# stopped, damaged or done twice, the results are the same bytes. A line for each check; fails when one failed.
#
#   Scripts/test-cluster.sh MLM WORKER        the program, and the statically linked worker
#
# Where the system refuses namespaces a node cannot be killed, where it refuses mounts no disk can be full: those checks
# are skipped, and counted.
set -uo pipefail

mlm=$(realpath "$1") worker=$(realpath "$2")
scripts=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d /tmp/mlm-XXXXXX) # short: sockets' paths are
cluster=$work/slurm
export SLURM_CONF=$cluster/slurm.conf
trap '"$scripts/slurm-local.sh" "$cluster" stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1

passed=0 failed=0 skipped=0
section() { echo "# $1 (after $SECONDS s)"; }
ok() { echo "ok    $1"; passed=$((passed + 1)); }
bad() { echo "FAIL  $1: $2"; failed=$((failed + 1)); }
skip() { echo "skip  $1: $2"; skipped=$((skipped + 1)); }

# expect NAME WANTED FOUND
expect() { if [[ $2 == "$3" ]]; then ok "$1"; else bad "$1" "expected '$2', found '$3'; $(tail -n 3 log 2>&1)"; fi; }

# says NAME CODE TEXT COMMAND...: the command ends with the exit code, and what it says holds the text.
says() {
  local name=$1 wanted=$2 text=$3
  shift 3
  "$@" >log 2>&1
  local code=$?
  if [[ $code == "$wanted" && $(<log) == *"$text"* ]]; then
    ok "$name"
  else
    bad "$name" "expected exit code $wanted and '$text', found $code and: $(tail -n 3 log)"
  fi
}

# same NAME DIR REFERENCE: all results are the same bytes but where and when they were computed.
same() {
  local difference
  if difference=$(diff -r --brief --exclude=provenance.json "$3/results" "$2/results" 2>&1); then
    ok "$1"
  else
    bad "$1" "$difference"
  fi
}

# merged NAME DIR REFERENCE
merged() { if "$mlm" study merge "$2" >log 2>&1; then same "$@"; else bad "$1" "merge: $(tail -n 3 log)"; fi; }

# count KEY DIR: a number of the study's status.
count() { "$mlm" study status "$2" --json | sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p"; }

# within SECONDS COMMAND...
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}

segments() { find "$1/segments" -name 'seg-*.jsonl' 2>/dev/null; }
has_segments() { (($(segments "$1" | wc -l) >= $2)); }
has_no_jobs() { [[ -z $(squeue --noheader 2>/dev/null) ]]; }
is_complete() { "$mlm" study status "$1" >log 2>&1; }

# blocks DIR: the lines of its blocks less the time they took.
blocks() { segments "$1" | tr '\n' '\0' | xargs -0 sed -n '/^{"cell"/s/"seconds":[^,]*,//p' | sort; }

# submit DIR SCRIPT-OPTIONS...: a plan's script to Slurm; SBATCH holds options for sbatch.
submit() {
  "$mlm" study script slurm "$@" --mem 100M >"$1/job.sh" && sbatch --parsable ${SBATCH:-} "$1/job.sh" 2>&1
}

# Rows are drawn, groups are of random sizes, residuals have heavy tails: some thousand replicates a second. Names ask for quotes.
study() { # NAME REPLICATES GRID
  cat >"$1.yml" <<YAML
study: It's a "$1" study, 100% real
seed: 7
replicates: $2
design:
  parameters: {J: 6, n: 4}
  levels: {school: J, pupil: {per: school, size: {poisson: n, min: 2}}}
  predictors: {x: {level: pupil, normal: [0, 1]}}
  response: {formula: "y ~ x + (1 | school)", beta: [1, 0], sd: {school: 2, residual: 4}, residual: {t: 5}}
grid: $3
YAML
}
study small 4000 '{J: [4, 12], n: [3, 8]}'
study large 10000 '{J: [4, 8, 12], n: [3, 5, 8, 10]}'
study wide 1000 "{J: [$(seq -s, 3 32)], n: [3, 4, 5, 6, 7]}"
# The wide study has many cells that cost nothing.
sed -i 's/{poisson: n, min: 2}/n/; s/, residual: {t: 5}}/}/' wide.yml

section 'One process'
"$mlm" study run small.yml --out small --threads 1 >log 2>&1
expect 'one thread runs the small study' 0 $?
[[ $(wc -l <small/results/measures.csv) -gt 1000 && -s small/results/results.sqlite ]] || bad 'results' 'hardly any'
"$mlm" study run large.yml --out large --threads 2 >log 2>&1
expect 'two threads run the large study' 0 $?
"$mlm" study run wide.yml --out wide --threads 2 >log 2>&1
expect 'two threads run the wide study' 0 $?

# busy COMMAND...: how many threads of it have used a tenth of a second or more after a second.
busy() {
  "$@" >log 2>&1 &
  local pid=$!
  sleep 1
  cat "/proc/$pid/task"/*/stat 2>/dev/null | sed 's/.*) //' | awk '$12 >= 10 { n++ } END { print n + 0 }'
  kill -KILL $pid
  wait $pid 2>/dev/null
}
expect 'on one processor one thread works' 1 "$(unset SLURM_CPUS_PER_TASK; busy taskset -c 0 "$mlm" study run large.yml --out busy)"
if (($(nproc) > 1)); then
  expect 'on two processors two threads work' 2 "$(busy taskset -c 0,1 "$mlm" study run large.yml --out busy)"
else
  skip 'on two processors two threads work' 'this machine has one'
fi
expect 'SLURM_CPUS_PER_TASK counts before the processors there are' 1 \
  "$(SLURM_CPUS_PER_TASK=1 busy "$mlm" study run large.yml --out busy)"

section 'Stopped and killed'
# Each goes on where the one before was stopped.
for signal in TERM USR1 INT; do
  "$mlm" study run small.yml --out stopped --threads 1 >log 2>&1 &
  pid=$!
  sleep 0.9
  kill -$signal $pid
  wait $pid
  expect "$signal: what is finished is saved, exit code 75" 75 $?
done
says '--until 1s: the same' 75 'the same command goes on' "$mlm" study run small.yml --out stopped --threads 1 --until 1s
expect 'each left a segment' 4 "$(segments stopped | wc -l)"
says 'the same command goes on to the end' 0 'replicates were there' "$mlm" study run small.yml --out stopped
same 'stopped four times: the same bytes' stopped small
expect 'no block was done twice' 0 "$(count duplicates stopped)"

# A fast machine ends the study before twenty kills have hit it: then its results are compared and it begins anew.
RANDOM=4711 # the seed of the moments
hits=0 losses=0 refused=0 ended=0 tries=0
while ((hits < 20 && tries < 100)); do
  tries=$((tries + 1))
  before=$(segments killed | wc -l)
  "$mlm" study run large.yml --out killed --threads 2 >log 2>&1 &
  pid=$!
  sleep "$(printf '%d.%03d' $((RANDOM % 8)) $((RANDOM % 1000)))"
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [[ $? == 137 ]]; then
    hits=$((hits + 1))
    (($(segments killed | wc -l) > before)) || losses=$((losses + 1))
    "$mlm" study status killed 2>&1 | grep -q '^refused' && refused=$((refused + 1))
  else
    ended=$((ended + 1))
    same "killed $hits times so far: the same bytes" killed large
    expect 'what was saved was not done twice' 0 "$(count duplicates killed)"
    rm -rf killed
  fi
done
if ((hits == 20)); then ok "kill -9 at 20 random moments hit it at work, $losses left no new segment; it came to its end $ended times"
else bad 'kill -9 at 20 random moments' "only $hits of $tries hit it at work"; fi
expect 'no segment was half written' 0 $refused
says 'after 20 kills the same command goes on to the end' 0 'results:' "$mlm" study run large.yml --out killed
same 'killed 20 times: the same bytes' killed large
expect 'what was saved was not done twice' 0 "$(count duplicates killed)"

"$mlm" study run small.yml --out both --threads 1 >log.1 2>&1 &
pid=$!
"$mlm" study run small.yml --out both --threads 1 >log 2>&1
first=$?
wait $pid
expect 'two runs in one folder at once' '0 0' "$first $?"
same 'two runs in one folder at once: the same bytes' both small
(($(count duplicates both) > 0)) && ok 'blocks done by both are counted' || bad 'blocks done by both are counted' none

section 'Files'
copy() { rm -rf "$1" && cp -r small "$1" && rm -rf "$1/results"; }
segment() { segments "$1" | head -n 1; }
copy cut && name=$(segment cut) && head -c 5000 "$name" >part && mv part "$name"
says 'a truncated segment is refused by name' 1 "${name##*/} is damaged: it is cut off" "$mlm" study merge cut
copy changed && name=$(segment changed) && sed -i '2s/1/2/' "$name"
says 'a changed segment is refused by name' 1 "${name##*/} is damaged: its bytes" "$mlm" study merge changed
copy foreign && sed 's/seed: 7/seed: 8/' small.yml >other.yml
"$mlm" study run other.yml --out other --until 1s >log 2>&1
name=$(segment other) && cp "$name" foreign/segments
says 'a segment of another study is refused by name' 1 "${name##*/} belongs to another study" "$mlm" study merge foreign
copy conflict && name=$(segment conflict) && other=conflict/segments/seg-0.jsonl
# Another count in the first block, and a footer that agrees.
sed '$d; 2s/"statuses":\[\([0-9]*\)/"statuses":[1\1/' "$name" >"$other"
echo "{\"blocks\":$(($(wc -l <"$other") - 1)),\"sha256\":\"$(sha256sum <"$other" | cut -c1-64)\"}" >>"$other"
says 'two segments that contradict each other: exit code 4, both named' 4 'seg-0.jsonl and ' "$mlm" study merge conflict
expect 'no refused study has results' '' "$(ls -d {cut,changed,foreign,conflict}/results 2>/dev/null)"

touch file
says 'a folder that cannot be made' 1 'cannot make the folder file' "$mlm" study run small.yml --out file/study
no_halves() { expect "$1: nothing is half written" '' "$(find "$2" -type f ! -name plan.json ! -path '*/segments/seg-*.jsonl' 2>/dev/null)"; }
says 'a limit on the size of files' 1 'File too large' \
  bash -c 'ulimit -f 100 && exec "$@"' bash "$mlm" study run small.yml --out limited
no_halves 'a limit on the size of files' limited
cat >full.sh <<'SH'
mount -t tmpfs -o size=200k tmpfs full && cd full || exit 77
"$1" study run ../small.yml --out .
code=$?
find . -type f | grep -v -e plan.json -e 'seg-.*\.jsonl$'
exit $code
SH
mkdir full
unshare --mount sh full.sh "$mlm" >log 2>&1
code=$?
if [[ $code == 77 ]]; then
  skip 'a full disk' 'mounts are refused'
elif [[ $code == 1 && $(<log) == *'No space left on device' ]]; then
  ok 'a full disk: exit code 1, nothing is half written'
else
  bad 'a full disk' "exit code $code, $(<log)"
fi

section 'The static worker'
expect 'it needs no library' 'not a dynamic executable' "$(ldd "$worker" 2>&1 | sed 's/^[[:space:]]*//')"
"$mlm" study plan small.yml --out worker --tasks 2 >log 2>&1
cp -r worker program
for k in 1 2; do
  "$worker" work worker --task $k >log 2>&1 || bad "the worker's task $k" "$(<log)"
  "$mlm" study work program --task $k >log 2>&1 || bad "the program's task $k" "$(<log)"
done
if [[ -n $(blocks worker) ]] && cmp -s <(blocks worker) <(blocks program); then
  ok "its blocks are the program's, byte for byte ($(($(stat -c %s "$worker") / 1000000)) MB, $(blocks worker | wc -l) blocks)"
else
  bad "its blocks are the program's, byte for byte" 'they differ'
fi
cp program/segments/* worker/segments
merged 'both together: no conflict, the same bytes' worker small
expect 'all blocks are counted twice' "$(blocks program | wc -l)" "$(count duplicates worker)"

section 'GNU parallel'
"$mlm" study plan small.yml --out "it's parallel" --tasks 5 >log 2>&1
"$mlm" study script parallel "it's parallel" --worker "$worker" >"it's parallel/job.sh"
says 'its script' 0 'small' sh "it's parallel/job.sh" --jobs 2
merged 'its script: the same bytes' "it's parallel" small
rm "$(segment "it's parallel")"
expect 'a deleted segment: its task is missing' 1 "$("$mlm" study status "it's parallel" --missing | wc -l)"
says 'a deleted segment: the same script does it again' 0 'small' sh "it's parallel/job.sh" --jobs 2
merged 'a deleted segment: the same bytes' "it's parallel" small

section 'Slurm'
# Nothing may ask Slurm for its records: many sites keep none.
mkdir bin && printf '#!/bin/sh\ntouch "%s/asked"; exit 1\n' "$work" >bin/sacct && chmod +x bin/sacct
PATH=$work/bin:$PATH
if ! "$scripts/slurm-local.sh" "$cluster" start 2 3 >log 2>&1; then
  bad 'a cluster of two nodes' "$(<log)"
  echo "$passed passed, $failed failed, $skipped skipped; nothing was tried with Slurm"
  exit 1
fi
ok 'a cluster of two nodes'

# All at once: they share the nodes.
folders=()
for tasks in 1 4 16; do
  for cpus in 1 2; do
    folder="it's $tasks \"tasks\" of $cpus, 100%a"
    folders+=("$folder")
    "$mlm" study plan small.yml --out "$folder" --tasks $tasks >log 2>&1
    submit "$folder" --cpus $cpus >log || bad "sbatch, $folder" "$(<log)"
  done
done
"$mlm" study plan small.yml --out static --tasks 4 >log 2>&1
submit static --worker "$worker" >log || bad 'sbatch with the static worker' "$(<log)"
within 90 has_no_jobs || bad 'Slurm' "jobs are left: $(squeue)"
for folder in "${folders[@]}"; do merged "$folder: the same bytes" "$folder" small; done
merged 'the static worker under Slurm: the same bytes' static small
if [[ -e $cluster/namespaces ]]; then
  expect 'both nodes worked' '"n1" "n2"' \
    "$(cat "${folders[@]/%//results/provenance.json}" | sed -n 's/.*"host": *\("[^"]*"\).*/\1/p' | sort -u | paste -sd' ')"
else
  skip 'both nodes worked' 'namespaces are refused: nodes have no names of their own'
fi

# What a task does that is stopped before its time is over.
"$mlm" study plan large.yml --out signalled --tasks 1 >log 2>&1
"$mlm" study plan small.yml --out again --tasks 1 >log 2>&1
job=$(submit signalled) again=$(submit again --requeue)
runs() { [[ $(squeue --noheader --states=R --jobs="$1" 2>/dev/null) ]]; }
within 20 runs "$job" && within 20 runs "$again"
sleep 1.5
scancel --batch --signal=USR1 "${job}_1" "${again}_1"
ended() { [[ $(scontrol show job "$1" 2>/dev/null) == *"ExitCode=$2:0"* ]]; }
within 10 ended "$job" 75 && ok 'USR1 from Slurm reaches the worker: exit code 75' ||
  bad 'USR1 from Slurm reaches the worker' "$(scontrol show job "$job" | grep -o 'JobState.*\|ExitCode.*')"
has_segments signalled 1 && ok 'what it had finished is saved' || bad 'what it had finished is saved' 'no segment'
within 60 has_no_jobs
expect 'a script with --requeue puts its task back' 1 "$(scontrol show job "$again" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p')"
merged 'a script with --requeue: the same bytes' again small
expect 'its log holds both times' 2 "$(grep -c '^task 1 of 1' again/logs/1.log)"
"$mlm" study plan large.yml --out cancelled --tasks 1 >log 2>&1
job=$(submit cancelled --requeue)
within 20 runs "$job" || bad 'a task to cancel' "$job"
sleep 1
scancel "$job"
within 20 has_no_jobs && ok 'a cancelled task is not put back' || bad 'a cancelled task is not put back' "$(squeue)"
has_segments cancelled 1 && ok 'what it had finished is saved' || bad 'what it had finished is saved' 'no segment'

# More tasks than an array of this cluster has indices: each index takes every 1000th.
"$mlm" study plan wide.yml --out many --tasks 1500 >log 2>&1
expect '1,500 tasks' 'MaxArraySize = 1001' "$(scontrol show config | grep -o 'MaxArraySize.*' | tr -s ' ')"
says 'this Slurm refuses 1,500 indices' 1 'Invalid job array' sbatch --array=1-1500 --wrap true
job=$(SBATCH=--hold submit many)
[[ $job =~ ^[0-9]+$ ]] && ok 'the script for 1,500 tasks is accepted' || bad 'the script for 1,500 tasks' "$job"
scancel "$job"
SBATCH=--array=1-1000:100 submit many >log
within 60 has_no_jobs
expect 'ten of its 1,000 indices do fifteen of its 1,500 tasks' 1485 "$("$mlm" study status many --missing | wc -l)"
"$mlm" study plan wide.yml --out many --tasks 3 >log 2>&1
submit many >log
within 60 has_no_jobs
merged 'the others packed anew: the same bytes' many wide

# A node dies while it works; what is missing is packed anew for the other, and Slurm itself starts the dead node's task again.
begin() { # DIR: two tasks, one a node, until there are segments
  "$mlm" study plan large.yml --out "$1" --tasks 2 >log 2>&1
  submit "$1" --cpus 2
  within 30 has_segments "$1" 2 || bad "$1" 'no segments'
}
name='a node dies'
if [[ -e $cluster/namespaces ]]; then
  job=$(begin dead)
  "$scripts/slurm-local.sh" "$cluster" kill n1
  "$mlm" study plan large.yml --out dead --tasks 5 >log 2>&1
  submit dead >log
  within 120 has_no_jobs || bad "$name" "jobs are left: $(squeue)"
  merged "$name, the rest goes on in other tasks: the same bytes" dead large
  expect "$name: Slurm starts its task again on the other node" 1 \
    "$(scontrol show job "$job" | grep -c 'Restarts=1')"
  echo "      ($(count duplicates dead) blocks were done twice)"
  "$scripts/slurm-local.sh" "$cluster" restore n1
  is_back() { [[ $(sinfo --noheader --Node --nodes=n1 --format=%T) == idle ]]; }
  within 60 is_back || bad "$name" 'it did not come back'
else
  skip "$name" 'namespaces are refused'
fi

# A node is cut off: its task runs on, and others do the same.
begin lost >log
"$scripts/slurm-local.sh" "$cluster" cut n2
"$mlm" study plan large.yml --out lost --tasks 4 >log 2>&1
SBATCH=--exclude=n2 submit lost >log
within 120 is_complete lost
"$scripts/slurm-local.sh" "$cluster" restore n2
within 120 has_no_jobs || bad 'a node is cut off' "jobs are left: $(squeue)"
merged 'a node is cut off, the rest is done elsewhere: the same bytes' lost large
duplicates=$(count duplicates lost)
((duplicates > 0)) && ok "blocks that it did as well are counted: $duplicates" || bad 'blocks that it did as well' 'none is counted'

[[ ! -e asked ]] && ok 'nothing asked for sacct' || bad 'sacct' 'something asked for it'

echo "$passed passed, $failed failed, $skipped skipped in $SECONDS s"
((failed == 0))
