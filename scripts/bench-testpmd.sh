#!/usr/bin/env bash
# The whole probe against `testpmd --forward-mode=rxonly`: the same virtual device (net_pcap with
# infinite_rx), trace, burst, buffer size, memory and CPU, in turns. Called by `pniscope-bench testpmd`.
#   bench-testpmd.sh [--json] [--runs N] [--seconds S] [--patience S] [--build DIR] [--remove] CAPTURE...
# Exit 77 where testpmd, memory or a second CPU is missing; 1 with one line where a program does not come
# up in --patience. --remove: the captures, at the end.
set -u
cd "$(dirname "$0")/.." || exit 2
. scripts/lib-test.sh
json=0 runs=5 seconds=4 patience=60 build=build remove=0 captures=()
while [ $# -gt 0 ]; do
  case $1 in
    --json) json=1 ;;
    --remove) remove=1 ;;
    --runs) runs=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --patience) patience=$2; shift ;;
    --build) build=$2; shift ;;
    *) captures+=("$1") ;;
  esac
  shift
done
lab_begin bench
if [ $remove = 1 ]; then
  # beside our own work folder, so that one removal takes both
  mv "${captures[@]}" "$LAB_DIR/" && rmdir "$(dirname "${captures[0]}")"
  captures=("${captures[@]##*/}")
  captures=("${captures[@]/#/$LAB_DIR/}")
fi
command -v dpdk-testpmd >/dev/null || lab_skip "dpdk-testpmd (package dpdk-dev) is not installed"
[ "$(nproc)" -ge 2 ] || lab_skip "two CPUs are needed"
redis_start
cpu=$(($(nproc) - 1))
say() { [ $json = 1 ] && echo "$*" >&2 || echo "$*"; }

# Frames of a capture, and EAL's memory for them: hugepages when they suffice, for both programs.
prepare() { # CAPTURE
  local need free
  frames=$(capture_frames "$1") || exit 2
  # 2176 bytes, their headers and what each program needs besides; the driver keeps every frame in a
  # buffer and gives copies
  need=$(((frames + 40000) * 2688 / 1048576 + 256))
  free=$(awk '/HugePages_Free/ { n = $2 } /Hugepagesize/ { kb = $2 } END { print int(n * kb / 1024) }' /proc/meminfo)
  if [ "$free" -ge "$need" ]; then
    memory=(--in-memory -m "$need")
  else
    memory=(--no-huge -m "$need")
  fi
  [ "$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -gt $((need + 1024)) ] ||
    lab_skip "$frames frames need $need MiB"
}

capture_frames() {
  python3 - "$1" <<'PY'
import struct, sys
count, data = 0, open(sys.argv[1], "rb")
head = data.read(24)
order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
if head[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
    sys.exit("not a plain pcap file, and the driver reads no other")
while len(head := data.read(16)) == 16:
    data.seek(struct.unpack(order + "8xI4x", head)[0], 1)
    count += 1
print(count)
PY
}

field() { rcli hget "pni:{lab}:$1:p1" "$2"; }

has_epoch() { [ -n "$(field epoch seq)" ]; }

# Processes of these programs that are not ours: they may hold the hugepages, the memory or the CPU.
others() {
  local pid
  for pid in $(pgrep -x pniscope-probe) $(pgrep -x dpdk-testpmd); do
    [[ " ${LAB_PID[*]} " = *" $pid "* ]] || printf ' %s' "$pid"
  done
}

# All there is to say of a program that is of no use, in one line; lab_end stops what still runs.
give_up() { # NAME WHAT
  local said pages rivals
  said=$(tail -n 1 "$LAB_DIR/$1.log")
  pages=$(awk '/HugePages_Total/ { all = $2 } /HugePages_Free/ { n = $2 } END { print n " of " all }' /proc/meminfo)
  rivals=$(others)
  rm -f "$LAB_DIR"/*.log
  echo "bench-testpmd: $1 $2${said:+ (\"$said\")}; it asked for ${memory[-1]} MiB, $pages hugepages are free:" \
    "${rivals:+end the other run (processes$rivals), }free memory or hugepages, and run again" >&2
  exit 1
}

await() { # NAME CMD...: until CMD succeeds
  local name=$1 end=$((SECONDS + patience))
  shift
  until "$@" >/dev/null 2>&1; do
    lab_alive "$name" || give_up "$name" "ended at its start"
    [ $SECONDS -lt $end ] || give_up "$name" "was not up after $patience s"
    sleep 0.1
  done
}

run_probe() { # CAPTURE: sets PPS
  local before after start end
  export PMD_CAPTURE=$1 PMD_FRAMES=$((frames + 4096))
  . pmd-config/pcap.conf
  probe_contract "lcores = \"$cpu\"; flows = 2000000;"
  rcli flushall >/dev/null
  # shellcheck disable=SC2086
  lab_start probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" $PMD_OPTIONS -- "${memory[@]}"
  await probe has_epoch
  sleep 2 # every flow is in the table
  before=$(field probe packets) start=$(field epoch end_us)
  sleep "$seconds"
  after=$(field probe packets) end=$(field epoch end_us)
  at_least "${end:-0}" $((${start:-0} + 1)) || give_up probe "told nothing for $seconds s"
  lab_stop probe
  PPS=$(((after - before) * 1000000 / (end - start)))
}

run_testpmd() { # CAPTURE: sets PPS
  rm -f "$LAB_DIR/testpmd.in"
  mkfifo "$LAB_DIR/testpmd.in"
  exec 7<>"$LAB_DIR/testpmd.in"
  lab_start testpmd from_7 dpdk-testpmd --lcores "0@0,1@$cpu" --no-pci --no-telemetry "${memory[@]}" \
    --vdev="net_pcap0,rx_pcap=$1,infinite_rx=1" -- -i --forward-mode=rxonly --burst=64 \
    --mbuf-size=2176 --total-num-mbufs=$((frames + 12000)) --no-lsc-interrupt
  await testpmd grep -q 'testpmd> ' "$LAB_DIR/testpmd.log"
  echo start >&7
  sleep 2
  echo "show port stats 0" >&7
  sleep "$seconds"
  echo "show port stats 0" >&7
  sleep 0.5
  echo quit >&7
  exec 7>&-
  sleep 0.5
  lab_stop testpmd
  PPS=$(sed -nE 's/.*Rx-pps: +([0-9]+).*/\1/p' "$LAB_DIR/testpmd.log" | tail -n 1)
}

# The driver turns its capture into buffers of one queue, so that a probe's first epoch says "loaded".
rows=()
for capture in "${captures[@]}"; do
  prepare "$capture"
  pairs=()
  say "$(basename "$capture"): $frames frames, ${memory[*]}"
  for ((run = 0; run < runs; run++)); do
    run_probe "$capture"
    probe=$PPS
    run_testpmd "$capture"
    at_least "$PPS" 1 || give_up testpmd "received nothing"
    pairs+=("{\"probe\":$probe,\"testpmd\":$PPS}")
    say "  probe $probe, testpmd $PPS packets/s, ratio $(awk -v a="$probe" -v b="$PPS" 'BEGIN { printf "%.2f", a / b }')"
  done
  rows+=("$(printf '%s\n' "${pairs[@]}" | jq -s --arg trace "$(basename "$capture" .pcap)" --argjson flows "$frames" '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    map(. + {ratio: (.probe / .testpmd)}) |
    {trace: $trace, flows: $flows, probe_pps: (map(.probe) | median), testpmd_pps: (map(.testpmd) | median),
     ratio_median: (map(.ratio) | median), ratio_min: (map(.ratio) | min), ratio_max: (map(.ratio) | max),
     runs: length}')")
done
if [ $json = 1 ]; then printf '%s\n' "${rows[@]}" | jq -s '{against_testpmd: .}'; fi
