#!/usr/bin/env bash
# A probe on eight veth taps (two links, two members, both directions) and a real Redis: what was sent
# is counted or reported lost, every view adds up, a second probe of the site shares no key, and a
# stop writes the last epoch.   LIVE_SECONDS, LIVE_PPS: how long, how fast.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
seconds=${LIVE_SECONDS:-12} pps=${LIVE_PPS:-150000}

lab_begin live
redis_start
net_begin
sc=$LAB_DIR/scenario
python3 "$here/../golden/scenario.py" "$sc" --seconds 6 --undeclared-at 2 --calls 20 || exit 1

taps_begin "$sc" 16384 || exit 1

# PROBE CONTRACT: a probe's own two lines before the contract
probe_conf() {
  printf 'probe = { id = "%s"; site = "ams1"; flows = 200000; spool = "%s"; };\n@include "%s"\n' "$1" "$LAB_DIR/spool-$1" "$2"
}
contract() { printf '%s\nredis = { server = "%s"; interval_ms = 1000; };\n' "$1" "$REDIS"; }
start_probe() { # ID
  mkdir -p "$LAB_DIR/spool-$1"
  lab_start_net "probe-$1" "$build/pniscope-probe" -c "$LAB_DIR/$1.conf" -- --no-huge --no-pci -m 768 --file-prefix "$LAB_NAME-$1-$$"
  lab_wait 20 epoch_past "$1" 1
}
epoch_of() { rcli hget "pni:{ams1}:epoch:$1" seq; }
epoch_past() { [ "$(epoch_of "$1")" -ge "$2" ] 2>/dev/null; }
next_epochs() { lab_wait 20 epoch_past "$1" $(($(epoch_of "$1") + $2)); }

echo "== one probe, $pps packets/s for $seconds s"
contract "$TAPS_CONTRACT" >"$LAB_DIR/contract.conf"
probe_conf ams1-p1 contract.conf >"$LAB_DIR/ams1-p1.conf"
start_probe ams1-p1 || exit 1
in_net "$build/functional/replay_send" --pps "$pps" --seconds "$seconds" "${TAPS_SEND[@]}" >"$LAB_DIR/sent.json" || exit 1
next_epochs ams1-p1 3 || exit 1
python3 "$here/live_check.py" "$REDIS_SOCKET" ams1 "$LAB_DIR/sent.json" "$sc/lanes.json" || exit 1

echo "== what the kernel drops while the probe stands still is reported, to the packet"
kill -STOP "${LAB_PID[probe-ams1-p1]}"
in_net "$build/functional/replay_send" --pps 200000 --seconds 2 "${TAPS_SEND[@]}" >"$LAB_DIR/flood.json" || exit 1
kill -CONT "${LAB_PID[probe-ams1-p1]}"
next_epochs ams1-p1 3 || exit 1
jq -s '(.[0] | del(.seconds, .late_us)) as $a | (.[1] | del(.seconds, .late_us)) as $b | ($a | with_entries(.key as $k
  | .value = {packets: (.value.packets + $b[$k].packets), bytes: (.value.bytes + $b[$k].bytes)})) + {seconds: (.[0].seconds + .[1].seconds)}' \
  "$LAB_DIR/sent.json" "$LAB_DIR/flood.json" >"$LAB_DIR/both.json" && mv "$LAB_DIR/both.json" "$LAB_DIR/sent.json"
python3 "$here/live_check.py" "$REDIS_SOCKET" ams1 "$LAB_DIR/sent.json" "$sc/lanes.json" || exit 1
dropped=$(rcli hget "pni:{ams1}:probe:ams1-p1" kernel_drops)
[ "${dropped:-0}" -gt 0 ] || { echo "the kernel dropped nothing: the flood was too small to prove anything"; exit 1; }

echo "== a stop writes the last epoch"
before=$(epoch_of ams1-p1)
in_net "$build/functional/replay_send" --loops 1 --speed 20 "${TAPS_SEND[0]}" >"$LAB_DIR/last.json" || exit 1
begin=$(date +%s%N)
lab_stop probe-ams1-p1 TERM || { echo "the probe's exit code was not 0"; exit 1; }
took=$((($(date +%s%N) - begin) / 1000000))
[ "$(epoch_of ams1-p1)" -gt "$before" ] || { echo "no epoch after $before"; exit 1; }
inspected=$(grep -oP 'frames inspected:.* dns \K[0-9]+' "$LAB_DIR/probe-ams1-p1.log")
read=$(grep -oP 'messages read:.* dns \K[0-9]+' "$LAB_DIR/probe-ams1-p1.log")
[ "${inspected:-0}" -gt 0 ] && [ "$inspected" = "$read" ] || { echo "of $inspected punted DNS frames ${read:-none} were read"; exit 1; }
[ "$took" -lt 3000 ] || { echo "the stop took $took ms"; exit 1; }
expected=$(jq -s '.[0].g0.packets + .[1].g0.packets' "$LAB_DIR/sent.json" "$LAB_DIR/last.json")
got=$(($(rcli hget "pni:{ams1}:member:pni-a:0" packets_peer_to_msft) + $(rcli hget "pni:{ams1}:member:pni-a:0" rx_missed_peer_to_msft)))
[ "$got" = "$expected" ] || { echo "after the stop: $got of $expected packets"; exit 1; }

echo "== two probes of one site share no key"
rcli flushall >/dev/null
contract "$(sed '/name = "pni-b"/,$ s/"ams1-p1"/"ams1-p2"/' <<<"$TAPS_CONTRACT")" >"$LAB_DIR/contract.conf"
for id in ams1-p1 ams1-p2; do
  probe_conf $id contract.conf >"$LAB_DIR/$id.conf"
  start_probe $id || exit 1
done
in_net "$build/functional/replay_send" --pps 20000 --seconds 3 "${TAPS_SEND[@]}" >"$LAB_DIR/sent.json" || exit 1
next_epochs ams1-p1 2 && next_epochs ams1-p2 2 || exit 1
python3 "$here/live_shared_keys.py" "$REDIS_SOCKET" ams1 || exit 1
lab_stop probe-ams1-p2 TERM || { echo "the second probe's exit code was not 0"; exit 1; }
python3 "$here/live_shared_keys.py" "$REDIS_SOCKET" ams1 ams1-p2 || exit 1
echo "passed"
