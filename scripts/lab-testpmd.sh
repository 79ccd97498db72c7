#!/usr/bin/env bash
# Throughput of a whole probe over shared memory (net_memif), one core generating, one receiving:
#   1. testpmd, unpaced: what arrives at most
#   2. a generator of our own, paced by the TSC, at --rate: the median loss of --trials trials; without
#      --rate a search in the manner of RFC 2544 section 26.1: the highest rate that loses at most
#      --loss of the frames
#   3. the same generator, unpaced, into testpmd rxonly: what these ports give a program that looks at
#      nothing
# 2 and 3 have --members ports, members of one link, each with a ring of its own.
# Usage: lab-testpmd.sh [--flows N] [--members N] [--seconds S] [--steps N] [--loss RATIO] [--rate PPS]
#                       [--trials N] [--build DIR] [--json FILE]
# docs/lab.md says how to read it.
set -u
cd "$(dirname "$0")/.." || exit 2
. scripts/lib-test.sh
flows=100000 members=1 seconds=5 steps=7 build=build json="" rate="" trials=5 loss=0
while [ $# -gt 0 ]; do
  case $1 in
    --flows) flows=$2 ;;
    --members) members=$2 ;;
    --seconds) seconds=$2 ;;
    --steps) steps=$2 ;;
    --loss) loss=$2 ;;
    --rate) rate=$2 ;;
    --trials) trials=$2 ;;
    --build) build=$2 ;;
    --json) json=$2 ;;
    *) sed -n '2,13s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
command -v dpdk-testpmd >/dev/null || lab_skip "dpdk-testpmd is not installed"
[ "$(nproc)" -ge 2 ] || lab_skip "two CPUs are needed: one generates, one receives"
[ -x "$build/functional/memif_gen" ] || { echo "build it first: make $build/functional/memif_gen"; exit 2; }

lab_begin memif
# the rings of pmd-config/memif.conf in frames: a stall longer than they last loses frames that no
# receiver could have saved
RING=$((16384 * members))
worker_cpu=$(($(nproc) - 1))
# all but the worker keeps off its CPU: this shell with what it starts, and Redis
taskset -cp 0-$((worker_cpu - 1)) $$ >/dev/null

redis_start

start_probe() { # MEMBERS
  export PMD_SOCKET=$LAB_DIR/memif.sock PMD_MEMBERS=$1
  . pmd-config/memif.conf
  probe_contract "lcores = \"$worker_cpu\"; flows = $((flows > 500000 ? 2 * flows : 1000000));"
  # shellcheck disable=SC2086
  lab_start probe taskset -c 0-$worker_cpu "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" $PMD_OPTIONS -- $PMD_EAL \
    --file-prefix="$LAB_NAME-p$$"
  lab_wait 20 grep -q 'probe p1 at lab' "$LAB_DIR/probe.log"
}

field() { rcli hget "pni:{lab}:probe:p1" "$1"; }

# Sets of figures of the probe: packets analysed, received by its port, lost by itself.
probe_figures() {
  rcli hmget "pni:{lab}:probe:p1" packets rx_packets missed no_mbuf | tr '\n' ' '
}

# Wait until an epoch that began after now was written, so that all sent before is in it.
settle() {
  local seq
  seq=$(rcli hget "pni:{lab}:epoch:p1" seq)
  until [ "$(rcli hget "pni:{lab}:epoch:p1" seq)" -ge $((seq + 2)) ]; do sleep 0.2; done
}

# ---- 1: testpmd ------------------------------------------------------------------------------

testpmd_maximum() {
  local before after start end
  mkfifo "$LAB_DIR/testpmd.in"
  exec 7<>"$LAB_DIR/testpmd.in"
  lab_start testpmd from_7 dpdk-testpmd --lcores '0@0,1@0' --no-pci --no-huge -m 512 --no-telemetry \
    --file-prefix="$LAB_NAME-t$$" \
    --vdev="net_memif0,role=server,socket=$LAB_DIR/memif.sock,socket-abstract=no,rsize=14" -- -i \
    --forward-mode=txonly --txonly-multi-flow --txpkts=64 --no-lsc-interrupt --total-num-mbufs=8192
  # the socket is there before the port is started, and a peer that comes between is never served
  lab_wait 20 grep -q 'testpmd> ' "$LAB_DIR/testpmd.log"
  start_probe 1
  sleep 1 # the two have agreed on their rings
  echo start >&7
  sleep 2
  before=$(field packets) start=$(rcli hget "pni:{lab}:epoch:p1" end_us)
  sleep "$seconds"
  after=$(field packets) end=$(rcli hget "pni:{lab}:epoch:p1" end_us)
  # testpmd first: it can't bear its peer leaving
  echo stop >&7
  sleep 1
  echo quit >&7
  exec 7>&-
  sleep 1
  lab_stop testpmd
  lab_stop probe
  TESTPMD_PPS=$(awk -v p=$((after - before)) -v us=$((end - start)) 'BEGIN { printf "%.0f", us ? p * 1e6 / us : 0 }')
  TESTPMD_REFUSED=$(sed -nE 's/.*TX-dropped: ([0-9]+).*/\1/p' "$LAB_DIR/testpmd.log" | tail -n 1)
  rm -f "$LAB_DIR/memif.sock"
}

# ---- 2: trials -------------------------------------------------------------------------------

# The worker's longest turn while a trial runs, in us.
watch_turns() {
  local worst=0 now
  while :; do
    now=$(field longest_turn_us)
    [ "${now:-0}" -gt "$worst" ] && { worst=$now; echo "$worst" >"$LAB_DIR/longest"; }
    sleep 0.4
  done
}

answered() { [ "$(wc -l <"$LAB_DIR/generator.log")" -gt "$ANSWERS" ]; }

start_generator() {
  rm -f "$LAB_DIR/trials"
  mkfifo "$LAB_DIR/trials"
  exec 7<>"$LAB_DIR/trials"
  ANSWERS=2 # its two lines before the first
  lab_start generator from_7 nice -n -10 "$build/functional/memif_gen" "$LAB_DIR/memif.sock:$members" "$flows" \
    --no-pci --no-huge -m 256 --no-telemetry --log-level=error --file-prefix="$LAB_NAME-g$$" --lcores '0@0'
  lab_wait 20 grep -q listening "$LAB_DIR/generator.log"
}

# Ask for one trial and wait for its answer, a line of JSON in ANSWER.
generate() { # PPS SECONDS
  echo "$1 $2" >&7
  sleep "$2"
  lab_wait 10 answered
  ANSWERS=$((ANSWERS + 1))
  ANSWER=$(tail -n 1 "$LAB_DIR/generator.log")
}

stop_generator() {
  exec 7>&-
  lab_stop generator
}

worker_task() { grep -l '^rte-worker' /proc/"${LAB_PID[probe]}"/task/*/comm | xargs dirname; }

# How long the worker's thread was ready and had no CPU (us), since it started: another thread's doing.
worker_waited() { awk '{ printf "%d", $2 / 1000 }' "$(worker_task)/schedstat"; }

# In place of isolcpus: whoever else comes to its CPU gets an 87th of it. (SCHED_FIFO is worse: the
# kernel keeps 50 ms of each second for the others.)
favour_worker() { renice -n -20 -p "$(basename "$(worker_task)")" >/dev/null 2>&1; }

# One trial; sets OFFERED RECEIVED LOST OWN PPS WAITED VALID. A trial is void when the machine stalled
# for longer than the ring lasts, or the generator could not hold the rate.
trial() { # WANTED_PPS
  local before after watcher ring_us longest waited
  settle
  read -r -a before <<<"$(probe_figures)"
  waited=$(worker_waited)
  echo 0 >"$LAB_DIR/longest"
  watch_turns &
  watcher=$!
  generate "$1" "$seconds"
  settle
  kill $watcher
  wait $watcher 2>/dev/null
  read -r -a after <<<"$(probe_figures)"
  WAITED=$(($(worker_waited) - waited))
  OFFERED=$(jq .offered <<<"$ANSWER")
  REFUSED=$(jq .refused <<<"$ANSWER")
  RECEIVED=$((after[0] - before[0]))
  LOST=$((OFFERED - RECEIVED))
  OWN=$((after[2] - before[2] + after[3] - before[3] + after[1] - before[1] - RECEIVED))
  PPS=$(jq '.offered / .seconds | floor' <<<"$ANSWER")
  longest=$(cat "$LAB_DIR/longest")
  ring_us=$((RING * 1000000 / (PPS + 1)))
  VALID=1 WHY="longest turn $longest us"
  if ! few_lost && [ "$longest" -gt $ring_us ]; then
    VALID=0 WHY="void: worker stalled $longest us, ring lasts $ring_us us"
  elif [ "$PPS" -lt $(($1 * 95 / 100)) ] && few_lost; then
    VALID=0 WHY="void: generator held only $PPS/s"
  fi
}

few_lost() { awk -v lost="$LOST" -v offered="$OFFERED" -v most="$loss" 'BEGIN { exit !(lost <= offered * most) }'; }

valid_trial() { # WANTED_PPS
  for _ in 1 2 3 4; do
    trial "$1"
    printf '%12d %12d %12d %10d %10d %10d %10d  %s\n' "$1" "$OFFERED" "$RECEIVED" "$LOST" "$REFUSED" "$OWN" \
      "$WAITED" "$WHY"
    [ $VALID = 1 ] && return 0
  done
  return 1
}

search() { # HIGHEST
  local low=0 high=$1 pps=$1 step
  UNDECIDED=0
  for ((step = 0; step < steps; step++)); do
    # a rate at which the machine stalled every time is undecided: the search goes on below it
    if ! valid_trial "$pps"; then
      UNDECIDED=$((UNDECIDED + 1)) high=$pps
    elif few_lost; then
      low=$pps
      [ "$low" -eq "$high" ] && break
    else
      high=$pps
    fi
    pps=$(((low + high) / 2))
  done
  HIGHEST_PPS=$low
}

# Median loss of the valid trials at one rate; empty when the machine let none be valid.
at_rate() { # PPS
  local n
  : >"$LAB_DIR/losses"
  for ((n = 0; n < trials; n++)); do
    valid_trial "$1" && echo "$LOST $OFFERED" >>"$LAB_DIR/losses"
  done
  VALID_TRIALS=$(wc -l <"$LAB_DIR/losses")
  MEDIAN_LOSS=$(awk '{ print $1 / $2 }' "$LAB_DIR/losses" | sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }')
}

measure_probe() {
  start_generator
  start_probe "$members"
  lab_wait 20 grep -q ready "$LAB_DIR/generator.log"
  favour_worker || echo "the worker's priority could not be raised: that needs root"
  printf '%12s %12s %12s %10s %10s %10s %10s\n' "wanted /s" offered received lost "(refused)" "own loss" "waited us"
  if [ -n "$rate" ]; then at_rate "$rate"; else search "$TESTPMD_PPS"; fi
  stop_generator
  lab_stop probe
  rm -f "$LAB_DIR/memif.sock"
}

# ---- 3: a receiver that looks at nothing -----------------------------------------------------

rxonly_maximum() {
  local ports=() id
  start_generator
  for ((id = 0; id < members; id++)); do
    ports+=("--vdev=net_memif$id,id=$id,role=client,socket=$LAB_DIR/memif.sock,socket-abstract=no,rsize=14")
  done
  lab_start rxonly taskset -c 0-$worker_cpu dpdk-testpmd --lcores "0@0,1@$worker_cpu" --no-pci --no-huge -m 512 \
    --no-telemetry --file-prefix="$LAB_NAME-r$$" \
    "${ports[@]}" -- \
    --forward-mode=rxonly --no-lsc-interrupt --total-num-mbufs=32768 --stats-period 3600
  lab_wait 20 grep -q ready "$LAB_DIR/generator.log"
  sleep 1
  generate 0 "$seconds"
  RXONLY_PPS=$(jq '(.offered - .refused) / .seconds | floor' <<<"$ANSWER")
  lab_stop rxonly
  stop_generator
}

echo "64-byte frames, $flows flows, $members memif port(s), trials of $seconds s; worker on CPU $worker_cpu, generator on CPU 0"
testpmd_maximum
echo "testpmd, unpaced: $TESTPMD_PPS packets/s received; ${TESTPMD_REFUSED:-0} refused by the full ring"
[ "$TESTPMD_PPS" -gt 0 ] || { echo "nothing came from testpmd"; exit 1; }
HIGHEST_PPS=null UNDECIDED=null MEDIAN_LOSS=null VALID_TRIALS=null
measure_probe
if [ -n "$rate" ]; then
  echo "at $rate packets/s: median loss ${MEDIAN_LOSS:-unknown} of $VALID_TRIALS valid trials of $trials"
else
  echo "highest rate with a loss of at most $loss: $HIGHEST_PPS packets/s; undecided rates (the machine stalled each time): $UNDECIDED"
fi
rxonly_maximum
echo "testpmd rxonly on the same port(s): $RXONLY_PPS packets/s"
if [ -n "$json" ]; then
  jq -n --argjson max "$TESTPMD_PPS" --argjson highest "$HIGHEST_PPS" --argjson undecided "$UNDECIDED" \
    --argjson rate "${rate:-null}" --argjson median "${MEDIAN_LOSS:-null}" --argjson valid "$VALID_TRIALS" \
    --argjson rxonly "$RXONLY_PPS" --argjson loss "$loss" --argjson flows "$flows" --argjson members "$members" --argjson s "$seconds" \
    '{lab: {testpmd_unpaced_pps: $max, highest_pps: $highest, highest_loss_ratio: $loss, undecided: $undecided,
            rate_pps: $rate, rate_median_loss_ratio: $median, rate_valid_trials: $valid, testpmd_rxonly_pps: $rxonly,
            flows: $flows, members: $members, frame: 64, trial_s: $s}}' >"$json"
fi
