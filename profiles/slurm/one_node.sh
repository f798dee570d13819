#!/usr/bin/env bash
# A SLURM of one node on this machine, and one paper run through it: is the profile right?
#
#   apt-get install slurmctld slurmd slurm-client munge      # Debian; as root
#   pip install snakemake-executor-plugin-slurm
#   profiles/slurm/one_node.sh concentration
#
# Everything that it starts ends with it. Results go where PLUMBLINE_RESULTS says, by default to a folder of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

paper=${1:?usage: profiles/slurm/one_node.sh PAPER}
for program in munged slurmctld slurmd sinfo snakemake; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "$program is not installed: see the head of $0" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "slurmd of this kind must be started by root" >&2; exit 2; }
PATH=$PATH:/usr/sbin

place=$(mktemp -d)
export PLUMBLINE_RESULTS=${PLUMBLINE_RESULTS:-$place/results}
export SLURM_CONF=$place/slurm.conf
node=$(hostname -s)

stop() {
  for name in slurmd slurmctld munged; do
    [ ! -s "$place/$name.pid" ] || kill "$(cat "$place/$name.pid")" 2>/dev/null || true
  done
}
trap stop EXIT

cat >"$SLURM_CONF" <<CONF
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MinJobAge=3600
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE OverSubscribe=FORCE:4 State=UP
CONF
mkdir "$place/state" "$place/spool" "$place/bin"
# The executor clears SLURM's variables before a step starts, so the commands carry this node's configuration themselves.
for command in sbatch squeue scancel sinfo srun; do
  printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$SLURM_CONF" "$(command -v $command)" >"$place/bin/$command"
  chmod 755 "$place/bin/$command"
done
PATH=$place/bin:$PATH
head -c 1024 /dev/urandom >"$place/munge.key"
chmod 600 "$place/munge.key"
chmod 711 "$place"

munged --force --foreground --num-threads=2 --key-file="$place/munge.key" --socket="$place/munge.socket" \
  --pid-file="$place/munged.pid" --log-file="$place/munged.log" --seed-file="$place/munged.seed" \
  >"$place/munged.out" 2>&1 &
for _ in $(seq 50); do [ -S "$place/munge.socket" ] && break; sleep 0.1; done
slurmctld -D >"$place/slurmctld.out" 2>&1 &
slurmd -D -N "$node" >"$place/slurmd.out" 2>&1 &
for _ in $(seq 100); do sinfo -h -o %t 2>/dev/null | grep -qE '^(idle|mix|alloc)' && break; sleep 0.2; done
sinfo || { tail -n 20 "$place"/*.log "$place"/*.out >&2; exit 1; }

snakemake --workflow-profile profiles/slurm --slurm-status-command squeue --slurm-no-account --latency-wait 10 \
  --slurm-init-seconds-before-status-checks 2 --seconds-between-status-checks 2 \
  --default-resources runtime=30 mem_mb=500 --set-resources simulate:mem_mb=1000 --jobs 4 "$paper" || {
  tail -n 20 "$place"/*.log >&2
  exit 1
}
echo "$paper ran through SLURM; results: $PLUMBLINE_RESULTS"
