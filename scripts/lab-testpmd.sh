#!/usr/bin/env bash
# Throughput of a whole probe over shared memory (net_memif), one core generating, one receiving:
#   1. testpmd, unpaced: what arrives at most
#   2. a search in the manner of RFC 2544 section 26.1 with a generator of our own, paced by the TSC:
#      the highest rate without loss
# Usage: lab-testpmd.sh [--flows N] [--seconds S] [--steps N] [--build DIR] [--json FILE]
# docs/lab.md says how to read it.
set -u
cd "$(dirname "$0")/.." || exit 2
. scripts/lib-test.sh
flows=100000 seconds=5 steps=7 build=build json=""
while [ $# -gt 0 ]; do
  case $1 in
    --flows) flows=$2 ;;
    --seconds) seconds=$2 ;;
    --steps) steps=$2 ;;
    --build) build=$2 ;;
    --json) json=$2 ;;
    *) sed -n '2,7s/^# //p' "$0"; exit 2 ;;
  esac
  shift 2
done
command -v dpdk-testpmd >/dev/null || lab_skip "dpdk-testpmd is not installed"
[ "$(nproc)" -ge 2 ] || lab_skip "two CPUs are needed: one generates, one receives"
[ -x "$build/functional/memif_gen" ] || { echo "build it first: make $build/functional/memif_gen"; exit 2; }

lab_begin memif
redis_start
# the ring of pmd-config/memif.conf in frames: a stall longer than it lasts loses frames that no
# receiver could have saved
RING=16384
worker_cpu=$(($(nproc) - 1))

# A command whose input is descriptor 7: background jobs have none otherwise.
from_7() { exec "$@" <&7; }

start_probe() {
  export PMD_SOCKET=$LAB_DIR/memif.sock
  . pmd-config/memif.conf
  cat >"$LAB_DIR/probe.conf" <<CONF
probe = { id = "p1"; site = "lab"; lcores = "$worker_cpu"; flows = 1000000; spool = "$LAB_DIR"; };
peering = { name = "memif"; type = "isp"; };
peer = { asn = 64496; };
sites = ( { name = "lab"; metro = "Lab"; } );
links = ( { name = "pni-a"; site = "lab"; role = "primary"; bandwidth = "100G";
  members = ( { speed = "100G"; peer_to_msft = "$PMD_PORT"; msft_to_peer = "net_ring7"; } ); } );
redis = { server = "$REDIS"; };
CONF
  # shellcheck disable=SC2086
  lab_start probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" $PMD_OPTIONS -- $PMD_EAL \
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
  start_probe
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

# ---- 2: search -------------------------------------------------------------------------------

# The worker's longest turn while a trial runs, in us.
watch_turns() {
  local worst=0 now
  while :; do
    now=$(field longest_turn_us)
    [ "${now:-0}" -gt $worst ] && { worst=$now; echo "$worst" >"$LAB_DIR/longest"; }
    sleep 0.4
  done
}

answered() { [ "$(wc -l <"$LAB_DIR/generator.log")" -gt "$ANSWERS" ]; }

# One trial; sets OFFERED RECEIVED LOST OWN PPS VALID. A trial is void when the machine stalled for
# longer than the ring lasts, or the generator could not hold the rate.
trial() { # WANTED_PPS
  local answer before after watcher ring_us longest
  settle
  read -r -a before <<<"$(probe_figures)"
  echo 0 >"$LAB_DIR/longest"
  watch_turns &
  watcher=$!
  echo "$1 $seconds" >&7
  sleep "$seconds"
  lab_wait 10 answered
  ANSWERS=$((ANSWERS + 1))
  settle
  kill $watcher
  wait $watcher 2>/dev/null
  answer=$(tail -n 1 "$LAB_DIR/generator.log")
  read -r -a after <<<"$(probe_figures)"
  OFFERED=$(jq .offered <<<"$answer")
  REFUSED=$(jq .refused <<<"$answer")
  RECEIVED=$((after[0] - before[0]))
  LOST=$((OFFERED - RECEIVED))
  OWN=$((after[2] - before[2] + after[3] - before[3] + after[1] - before[1] - RECEIVED))
  PPS=$(jq '.offered / .seconds | floor' <<<"$answer")
  longest=$(cat "$LAB_DIR/longest")
  ring_us=$((RING * 1000000 / (PPS + 1)))
  VALID=1
  if [ $LOST -gt 0 ] && [ "$longest" -gt $ring_us ]; then
    VALID=0 WHY="worker stalled $longest us, ring lasts $ring_us us"
  elif [ "$PPS" -lt $(($1 * 95 / 100)) ] && [ $LOST -eq 0 ]; then
    VALID=0 WHY="generator held only $PPS/s"
  fi
}

valid_trial() { # WANTED_PPS

  for _ in 1 2 3 4; do
    trial "$1"
    printf '%12d %12d %12d %10d %10d %10d  %s\n' "$1" "$OFFERED" "$RECEIVED" "$LOST" "$REFUSED" "$OWN" \
      "$([ $VALID = 1 ] || echo "void: $WHY")"
    [ $VALID = 1 ] && return 0
  done
  return 1
}

search() {
  local low=0 high=$1 rate step
  UNDECIDED=0
  mkfifo "$LAB_DIR/trials"
  exec 7<>"$LAB_DIR/trials"
  ANSWERS=2 # its two lines before the first
  lab_start generator from_7 nice -n -10 "$build/functional/memif_gen" "$LAB_DIR/memif.sock" "$flows" \
    --no-pci --no-huge -m 256 --no-telemetry --log-level=error --file-prefix="$LAB_NAME-g$$" --lcores '0@0'
  lab_wait 20 grep -q listening "$LAB_DIR/generator.log"
  start_probe
  lab_wait 20 grep -q ready "$LAB_DIR/generator.log"
  printf '%12s %12s %12s %10s %10s %10s\n' "wanted /s" offered received lost "(refused)" "own loss"
  rate=$high
  for ((step = 0; step < steps; step++)); do
    # a rate at which the machine stalled every time is undecided: the search goes on below it
    if ! valid_trial "$rate"; then
      UNDECIDED=$((UNDECIDED + 1)) high=$rate
    elif [ $LOST -eq 0 ]; then
      low=$rate
      [ "$low" -eq "$high" ] && break
    else
      high=$rate
    fi
    rate=$(((low + high) / 2))
  done
  NO_LOSS_PPS=$low
  exec 7>&-
  lab_stop generator
  lab_stop probe
}

echo "64-byte frames, $flows flows, trials of $seconds s; worker on CPU $worker_cpu, generator on CPU 0"
testpmd_maximum
echo "testpmd, unpaced: $TESTPMD_PPS packets/s received; ${TESTPMD_REFUSED:-0} refused by the full ring"
[ "$TESTPMD_PPS" -gt 0 ] || { echo "nothing came from testpmd"; exit 1; }
search "$TESTPMD_PPS"
echo "highest rate without loss: $NO_LOSS_PPS packets/s; undecided rates (the machine stalled each time): $UNDECIDED"
if [ -n "$json" ]; then
  jq -n --argjson max "$TESTPMD_PPS" --argjson rate "$NO_LOSS_PPS" --argjson undecided $UNDECIDED --argjson flows "$flows" --argjson s "$seconds" \
    '{lab: {testpmd_unpaced_pps: $max, no_loss_pps: $rate, undecided: $undecided, flows: $flows, frame: 64, trial_s: $s}}' >"$json"
fi
