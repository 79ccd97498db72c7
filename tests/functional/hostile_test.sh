#!/usr/bin/env bash
# A live probe (with sanitizers where they are built) on eight taps, and neighbours that lie: it reports
# nothing, counts every frame, stops within an interval and starts again.
#   HOSTILE_CAPTURES: a folder whose frames are sent too
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
probe=$here/../../build-debug/pniscope-probe
[ -x "$probe" ] || probe=$build/pniscope-probe

lab_begin hostile
redis_start
net_begin
sc=$LAB_DIR/scenario
python3 "$here/../golden/scenario.py" "$sc" --seconds 6 --undeclared-at 2 --calls 20 >/dev/null || exit 1
# shellcheck disable=SC2086
python3 "$here/hostile_frames.py" "$sc" "$sc/hostile" ${HOSTILE_CAPTURES:-} || exit 1
taps_begin "$sc" 16384 || exit 1
TAPS_SEND=("${TAPS_SEND[@]/"$sc"/"$sc/hostile"}")
printf 'probe = { id = "p1"; site = "ams1"; flows = 20000; spool = "%s"; };\n%s\nredis = { server = "%s"; interval_ms = 500; };\n' \
  "$LAB_DIR" "${TAPS_CONTRACT//probe = \"ams1-p1\"/probe = \"p1\"}" "$REDIS" >"$LAB_DIR/probe.conf"

epoch() { rcli hget 'pni:{ams1}:epoch:p1' seq; }
epoch_past() { [ "$(epoch)" -ge "$1" ] 2>/dev/null; }
start_probe() {
  rcli flushall >/dev/null
  lab_start_net probe "$probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 512 --file-prefix "$LAB_NAME-$$"
  lab_wait 60 epoch_past 1
}
quiet() { ! grep -E 'Sanitizer|runtime error|assert' "$LAB_DIR/probe.log"; }
stopped() { # within a few seconds, whatever the sanitizers cost
  local begin took
  begin=$(date +%s%N)
  lab_stop probe TERM || return 1
  took=$((($(date +%s%N) - begin) / 1000000))
  [ "$took" -lt 10000 ] || { echo "the stop took $took ms"; return 1; }
}

for round in first second; do
  check "$round start" start_probe || exit 1
  in_net "$build/functional/replay_send" --pps "${HOSTILE_PPS:-4000}" --loops 1 "${TAPS_SEND[@]}" >"$LAB_DIR/sent.json" || exit 1
  lab_wait 60 epoch_past $(($(epoch) + 3))
  check "$round: every frame is counted, and adds up" python3 "$here/live_check.py" "$REDIS_SOCKET" ams1 "$LAB_DIR/sent.json" "$sc/lanes.json"
  check "$round stop" stopped
  check "$round: nothing to report" quiet
done
check_end
