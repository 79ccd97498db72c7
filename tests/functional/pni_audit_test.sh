#!/usr/bin/env bash
# The audit on an interconnect of real routers, live: what a healthy one passes, what each fault turns,
# and that it turns back. Windows of a day are fifteen seconds here (thresholds of the contract).
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../scripts/lib-test.sh"
# shellcheck source=/dev/null
. "$here/../../scripts/lab/pni.sh"
build=${BUILD:-$here/../../build}

lab_begin pni-audit
pni_wire || exit 1
# shellcheck disable=SC2034
PNI_MORE='subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["sip-tls", "srtp"]; standby = true; } );
thresholds = { evidence_window_us = "20s"; r2_window_us = "15s"; m2_window_us = "15s"; m4_window_us = "15s"; m4_short_us = "10s"; x7_segments = 20; r8_share_packets = 50;
  r3_window_us = "15s"; r8_share_window_us = "15s"; };'
pni_watch "$build" || exit 1
pni_route || exit 1

audit() { "$build/pniscope" -r "$REDIS" audit --json; }
row() { audit | jq -c --arg id "$1" '[.audit[] | select(.id == $id)][0]'; }
is() { [ "$(row "$1" | jq -r .verdict)" = "$2" ]; }
turns() { # ROW VERDICT WHEN
  if lab_wait 60 is "$1" "$2"; then # GoBGP's routes are whole half a minute after their last UPDATE
    check "$3: $1 is $2" true
  else
    check "$3: $1 is $2, and is $(row "$1" | jq -c '[.verdict, .reasons]')" false
  fi
}
event() { "$@" >>"$LAB_DIR/events.log" 2>&1; }

# FAULT ROW VERDICT: what it turns, where, and that it turns back when it is healed
turned() {
  event pni_fault "$1"
  turns "$2" "$3" "$1"
  [ "$3" != FAIL ] || check "$1: $2 names pni-a, the peer's" blames "$2" pni-a
  event pni_heal "$1"
  turns "$2" PASS "$1 healed"
}
blames() { row "$1" | jq -e --arg what "$2" '.side == "peer" and any(.subchecks[]; .verdict == "FAIL" and (.scope | contains($what)))' >/dev/null; }

echo "== a healthy interconnect"
# X1 wants a day of BFD, which no threshold shortens
for id in R1 R2 R6 R8 R9 R11 X2 X3 X4 X7 X8 X13 X19 M2 M4 M6; do turns $id PASS "healthy"; done

echo "== one fault after the other"
turned no-community X2 FAIL
turned prepend X4 FAIL
turned same-lacp-system R6 INCONCLUSIVE # equal alone: MC-LAG shares it
turned md5 X7 FAIL
check_end
