#!/usr/bin/env bash
# A probe whose flow table is too small for what crosses its taps: the verdict that the same traffic
# gets from a roomy one is not given, the counter is, and presence stands in both.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
export PNISCOPE_CLIENT=/dev/null
unset PNISCOPE_SITE

lab_begin overload
redis_start
net_begin
sc=$LAB_DIR/scenario
python3 "$here/../golden/scenario.py" "$sc" --seconds 6 --undeclared-at 1 --calls 4 || exit 1
# one packet each of 20 000 subscribers' flows
python3 - "$sc/flood.pcap" <<'EOF' || exit 1
import struct
import sys

with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for i in range(20000):
        ip = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 36, 0, 0, 63, 17, 0, 198, 51, 100, 1 + i % 200, 198, 19, 0, 1)
        udp = struct.pack(">HHHH8x", 1024 + i // 200, 40000, 16, 0)
        frame = bytes.fromhex("0200000000aa0200000000bb0800") + ip + udp
        frame += bytes(60 - len(frame))
        out.write(struct.pack("<IIII", 1768471200 + i // 5000, i % 5000 * 200, len(frame), len(frame)) + frame)
EOF
taps_begin "$sc" 16384 || exit 1
contract() {
  printf '%s\nredis = { server = "%s"; };\n' "$TAPS_CONTRACT" "$REDIS"
  echo 'thresholds = { r4_undeclared_us = "1s"; r4_undeclared_flows = 5; r4_packets = 100; stale_us = "30s"; };'
}
contract >"$LAB_DIR/peering.conf"

row() { "$build/pniscope" -r "$REDIS" audit --json | jq -c --arg id "$1" '.audit[] | select(.id == $id)'; }
row_is() { [ "$(row "$1" | jq -r '"\(.verdict) \(.reason)"')" = "$2" ]; }
probe_field() { rcli hget "pni:{ams1}:probe:ams1-p1" "$1"; }
# what happened to the row so far: "from>to"
ledger_of() {
  rcli --json XRANGE 'pni:{@acme-voice}:ledger' - + |
    jq -r --arg id "$1" '.[][1] | select(.[index("id") + 1] == $id) | "\(.[index("from") + 1])>\(.[index("to") + 1])"'
}

# begin FLOWS: probe and control over the same traffic, the flood first
begin() {
  rcli flushall >/dev/null
  mkdir "$LAB_DIR/spool-$1" # what the run before knew stays there
  printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = %s; spool = "%s"; };\n@include "peering.conf"\n' \
    "$1" "$LAB_DIR/spool-$1" >"$LAB_DIR/probe.conf"
  lab_start_net probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 768 --file-prefix "overload-$$"
  lab_wait 30 eval '[ -n "$(probe_field packets)" ]' || exit 1
  in_net "$build/functional/replay_send" --pps 5000 --loops 1 "$sc/flood.pcap=g0" >"$LAB_DIR/flood.json" || exit 1
  lab_wait 30 eval '[ "$(probe_field flows_created)" -gt 10000 ]' || exit 1
  lab_start control "$build/pniscope-control" -c "$LAB_DIR/peering.conf"
  in_net "$build/functional/replay_send" --speed 1 --loops 1 "${TAPS_SEND[@]}" >"$LAB_DIR/sent.json" || exit 1
}
end() {
  lab_stop control
  lab_stop probe TERM
}

echo "== room for all flows"
begin 200000
lab_wait 60 row_is R4 "FAIL "
check "an undeclared class fails R4: $(row R4 | jq -r '.reasons[0]')" row_is R4 "FAIL "
check "hardly a flow had to go: $(probe_field flows_evicted)" at_most "$(probe_field flows_evicted)" 200
lab_wait 60 row_is R1 "PASS "
check "the OPENs of the peer pass R1" row_is R1 "PASS "
end

echo "== room for a thousand, of twenty thousand"
begin 1024
lab_wait 60 eval 'row R4 | grep -q flows_evicted'
check "the table overflowed: $(probe_field flows_evicted) of $(probe_field flows_created) flows evicted" \
  test "$(probe_field flows_evicted)" -gt 10000
lab_wait 60 row_is R4 "INCONCLUSIVE probe-unfit"
check "R4 is open, the probe's fault" row_is R4 "INCONCLUSIVE probe-unfit"
check "with the counter and its numbers" eval 'row R4 | jq -r .reasons[] | grep -qE "ams1-p1: flows_evicted [0-9]+ of [0-9]+ flows"'
check "and what would help" eval 'row R4 | jq -r ".need[].how" | grep -q "raise probe.flows"'
check "its loss stands beside it" eval 'row R4 | jq -r .own_loss | grep -q flows_evicted'
check "it never failed: $(ledger_of R4 | tr '\n' ' ')" eval '! ledger_of R4 | grep -q ">FAIL"'
lab_wait 60 row_is R1 "PASS "
check "who the peer says it is was seen all the same" row_is R1 "PASS "
end
check_end
