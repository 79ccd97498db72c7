#!/usr/bin/env bash
# Reports alone (BMP) for a probe that starts cold in the middle of sessions, no dump and no state of its
# own: a router of each end tells what it received, which is what the other end announced. The cloud's
# edge is GoBGP on pni-a and FRR on pni-b here, the peer's FRR and GoBGP: each kind reports each
# direction once. RIBs and verdicts must be those of a clean start, and later UPDATEs count.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../scripts/lib-test.sh"
# shellcheck source=/dev/null
. "$here/../../scripts/lab/pni.sh"
build=${BUILD:-$here/../../build}
rows="R1 R3 R6 R8 X2 X3 X4 X5 M6"
# shellcheck source=/dev/null
. "$here/pni_verdicts.sh"
# shellcheck disable=SC2034
PNI_CLOUD_ROUTER=([a]=gobgp [b]=frr)

lab_begin pni-feeds
pni_wire || exit 1
pni_watch "$build" || exit 1
pni_route || exit 1

field_is() { [ "$(rcli hget "pni:{ams1}:session:pni-$1-v4" "$2")" = "$3" ]; }
passes() { [ "$("$build/pniscope" -r "$REDIS" audit --json | jq -r --arg id "$1" '.audit[] | select(.id == $id) | .verdict')" = "$2" ]; }
event() { "$@" >>"$LAB_DIR/events.log" 2>&1; }

# GoBGP announces no graceful restart and sends no End-of-RIB: that direction is whole half a minute later
same "from the begin" session opens counts rib
lab_wait 90 all_pass || true
before=$(verdicts)
echo "verdicts: $before"
check "all of $rows pass" all_pass

echo "== a cold start in the middle"
lab_stop probe TERM || { echo "the probe's exit code was not 0"; exit 1; }
lab_stop control TERM
rm -f "$LAB_DIR"/ams1-p1.bgp-state
rcli flushall >/dev/null
pni_probe_start "$build" || exit 1
lab_start control "$build/pniscope-control" -c "$LAB_DIR/peering.conf"
same "cold" session
check "it knows no OPEN" field_is a peer_open_basis ""
check "its RIB is inferred" field_is a completeness INFERRED
for id in R8 X2 X3 X5; do check "$id is not proven" lab_wait 15 passes $id INCONCLUSIVE; done

echo "== BMP feeds of a router at each end of both links"
for end in peer-a peer-b cloud-a cloud-b; do event pni_bmp $end 11019; done
for link in a b; do
  for side in peer msft; do
    far=$([ $side = peer ] && echo cloud || echo peer)-$link
    check "what $side announces on pni-$link is seeded" lab_wait 20 field_is $link ${side}_completeness SEEDED
    check "by what $far received" field_is $link ${side}_rib_source "BMP of $(pni_management_ip "$far"): Adj-RIB-In"
  done
done
same "by the reports alone" session opens counts rib
lab_wait 60 as_before || true
check "verdicts as after a clean start ($(verdicts))" as_before
as_before || "$build/pniscope" -r "$REDIS" audit --json | jq -c --arg rows "$rows" '.audit[] | select(.id as $id | $rows | split(" ") | index($id)) | select(.verdict != "PASS") | [.id, .reasons]'

echo "== the wire goes on"
event pni_fault no-community
check "a later UPDATE counts: X2 fails without the community" lab_wait 20 passes X2 FAIL
event pni_heal no-community
check "and passes with it again" lab_wait 20 passes X2 PASS
check_end
