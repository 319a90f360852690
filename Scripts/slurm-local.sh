#!/usr/bin/env bash
# A Slurm cluster of several nodes on this one machine, for tests. Nothing outside DIR is touched.
#
#   slurm-local.sh DIR start [NODES [CPUS]]   makes DIR, starts munged, slurmctld and the nodes n1, n2, ...; waits for them
#   slurm-local.sh DIR kill NODE              the node dies with all that runs on it; exit code 77 where it cannot
#   slurm-local.sh DIR cut NODE               the node no longer answers, but its tasks run on
#   slurm-local.sh DIR restore NODE           ends either
#   slurm-local.sh DIR stop                   cancels the jobs and ends what start began
#
# SLURM_CONF=DIR/slurm.conf makes sbatch and the others talk to it. Where the system allows namespaces, each node has a
# hostname and process numbers of its own and can die whole. No systemd, no cgroups, no accounting; on 127.0.0.1 only.
# DIR must be short: the paths of Unix sockets below it end at 107 characters.
set -euo pipefail

die() { echo "slurm-local.sh: $*" >&2; exit 1; }

[[ $# -ge 2 ]] || die 'DIR and start, kill, cut, restore or stop are needed'
mkdir -p "$1"
dir=$(cd "$1" && pwd -P)
export SLURM_CONF=$dir/slurm.conf

# within SECONDS COMMAND...: waits until the command succeeds.
within() {
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}

# A recorded process is ours while its command line names DIR: process numbers are used again.
is_alive() { [[ -s $dir/pids/$1 ]] && tr '\0' ' ' 2>/dev/null <"/proc/$(<"$dir/pids/$1")/cmdline" | grep -qF "$dir/"; }
is_gone() { ! is_alive "$1"; }

# launch NAME COMMAND...
launch() {
  local name=$1
  shift
  setsid "$@" </dev/null >"$dir/log/$name.out" 2>&1 &
  echo $! >"$dir/pids/$name"
  disown
}

# end NAME [SIGNAL]
end() {
  is_alive "$1" || return 0
  kill "-${2:-TERM}" "$(<"$dir/pids/$1")" || true
  within 10 is_gone "$1" || kill -KILL "$(<"$dir/pids/$1")" || true
}

# Within its namespaces slurmd is process 1, so that the node's tasks end with it. Each slurmd listens on the address of its
# own hostname, so that the node needs a table of hosts that knows it.
launch_node() {
  if [[ -e $dir/namespaces ]]; then
    launch "$1" unshare --pid --fork --kill-child --mount-proc --uts sh -c \
      'hostname "$1" && mount --bind "$2/hosts" /etc/hosts && exec slurmd -D -N "$1" -f "$2/slurm.conf"' sh "$1" "$dir/"
  else
    launch "$1" slurmd -D -N "$1" -f "$SLURM_CONF"
  fi
}

# The process of a node's slurmd.
slurmd_of() {
  local pid
  pid=$(<"$dir/pids/$1")
  [[ ! -e $dir/namespaces ]] || pid=$(<"/proc/$pid/task/$pid/children")
  echo $pid
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

all_idle() { [[ $(sinfo --noheader --Node --states=idle --format=%N 2>/dev/null | sort -u | wc -l) == "$1" ]]; }
has_no_jobs() { [[ -z $(timeout 10 squeue --noheader 2>/dev/null) ]]; }

start() {
  local count=$1 cpus=$2 names k
  [[ ${#dir} -le 60 ]] || die "$dir is too long for a socket's path"
  [[ ! -e $SLURM_CONF ]] || die "$dir already holds a cluster"
  mkdir -p "$dir"/{pids,log,state,munge,spool}
  chmod 755 "$dir" "$dir/munge"
  if unshare --pid --fork --mount-proc --uts sh -c 'hostname n1 && mount --bind /etc/hosts /etc/hosts' 2>/dev/null; then
    touch "$dir/namespaces"
  fi
  (umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")
  names=$(seq -s, -f 'n%g' "$count")
  { cat /etc/hosts; echo "127.0.0.1 ${names//,/ }"; } >"$dir/hosts"
  # cred_expire is how long a task waits before it is started again (120 s unless told); MaxArraySize stays 1001, as on most sites.
  cat >"$SLURM_CONF" <<CONF
ClusterName=local
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$(free_port)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
SlurmdTimeout=5
KillWait=2
JobRequeue=1
PartitionName=main Nodes=$names Default=YES MaxTime=INFINITE State=UP
CONF
  for ((k = 1; k <= count; k++)); do
    echo "NodeName=n$k NodeHostname=n$k NodeAddr=127.0.0.1 Port=$(free_port) CPUs=$cpus RealMemory=8000" >>"$SLURM_CONF"
  done
  trap 'stop; die "not started; its logs: $(tail -n 3 "$dir"/log/* 2>&1)"' EXIT
  launch munged munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
    --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" --log-file="$dir/log/munged.log" --num-threads=2
  within 10 test -S "$dir/munge/socket"
  launch slurmctld slurmctld -D -i -f "$SLURM_CONF"
  for ((k = 1; k <= count; k++)); do launch_node "n$k"; done
  within 30 all_idle "$count"
  trap - EXIT
}

stop() {
  local node
  if is_alive slurmctld; then
    timeout 10 scancel --user="$(id -un)" --full 2>/dev/null || true
    within 5 has_no_jobs || true
  fi
  for node in "$dir"/pids/n[0-9]*; do end "${node##*/}" KILL; done
  end slurmctld
  end munged
}

case $2 in
  start) start "${3:-2}" "${4:-2}" ;;
  stop) stop ;;
  kill) [[ -e $dir/namespaces ]] || exit 77; end "$3" KILL ;;
  cut) kill -STOP "$(slurmd_of "$3")" ;;
  restore) if is_alive "$3"; then kill -CONT "$(slurmd_of "$3")"; else launch_node "$3"; fi ;;
  *) die "there is no '$2'" ;;
esac
