#!/usr/bin/env bash
# What a probe that did not see the sessions' begin can know, on real routers: a restart keeps RIBs,
# OPENs and verdicts; a cold start in the middle knows sessions only, until FRR's and GoBGP's BMP feeds
# bring the OPENs and the cloud's routes, and dumps (MRT) of BIRD the peer's; then the verdicts are the
# same again.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../scripts/lib-test.sh"
# shellcheck source=/dev/null
. "$here/../../scripts/lab/pni.sh"
build=${BUILD:-$here/../../build}
rows="R1 R3 R6 R8 X2 X3 X4 X5 M6"
# shellcheck source=/dev/null
. "$here/pni_verdicts.sh"

lab_begin pni-seed
pni_wire || exit 1
pni_watch "$build" || exit 1
pni_route || exit 1

verdicts_stay() { # WHEN
  lab_wait 30 as_before || true
  check "$1: verdicts as before ($(verdicts))" as_before
}
of_session() { rcli hget "pni:{ams1}:session:pni-$1-v4" "$2"; }
field_is() { [ "$(of_session "$1" "$2")" = "$3" ]; }
passes() { [ "$("$build/pniscope" -r "$REDIS" audit --json | jq -r --arg id "$1" '.audit[] | select(.id == $id) | .verdict')" = "$2" ]; }
event() { "$@" >>"$LAB_DIR/events.log" 2>&1; }

same "from the begin" session opens counts rib
lab_wait 90 all_pass || true
before=$(verdicts)
echo "verdicts: $before"
check "all of $rows pass" all_pass

echo "== a restart in the middle of the sessions"
lab_stop probe TERM || { echo "the probe's exit code was not 0"; exit 1; }
pni_probe_start "$build" || exit 1
same "after the restart" session opens counts rib
verdicts_stay "after the restart"

echo "== a cold start in the middle"
lab_stop probe TERM
lab_stop control TERM
rm -f "$LAB_DIR"/ams1-p1.bgp-state
rcli flushall >/dev/null
pni_probe_start "$build" || exit 1
lab_start control "$build/pniscope-control" -c "$LAB_DIR/peering.conf"
same "cold" session
check "it knows no OPEN" field_is a peer_open_basis ""
check "its RIB is inferred" field_is a completeness INFERRED
for id in R8 X2 X3 X5; do check "$id is not proven" lab_wait 15 passes $id INCONCLUSIVE; done

echo "== BMP feeds of both of the peer's routers"
event pni_bmp a 11019
event pni_bmp b 11019
for link in a b; do check "routes of the cloud on pni-$link are seeded" lab_wait 15 field_is $link msft_completeness SEEDED; done
same "OPENs of the Peer Up messages" session opens
for id in R1 R6; do check "$id passes by them" lab_wait 20 passes $id PASS; done

echo "== dumps of what the cloud's routers received"
for link in a b; do
  event pni_mrt $link cloud "$LAB_DIR/table-$link.mrt" || exit 1
  "$build/pniscope" import mrt "$LAB_DIR/table-$link.mrt" -c "$LAB_DIR/probe.conf" || exit 1
  lab_wait 10 field_is $link peer_completeness SEEDED
  check "routes of the peer on pni-$link are seeded" [ "$(of_session $link peer_completeness)" = SEEDED ]
done
same "with the dumps" session opens counts
verdicts_stay "with the dumps"
event pni_fault no-community
check "a later UPDATE counts: X2 fails without the community" lab_wait 20 passes X2 FAIL
check_end
