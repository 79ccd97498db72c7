#!/usr/bin/env bash
# A probe on an interconnect of real routers (scripts/lab-pni.sh): FRR, GoBGP and BIRD, LACP of Open
# vSwitch, two links of two members, live through net_af_packet. After each event the daemons' own tables
# are what Redis says (pni_compare.py), and in the end what `analyze` says of the captures.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../scripts/lib-test.sh"
# shellcheck source=/dev/null
. "$here/../../scripts/lab/pni.sh"
# shellcheck source=/dev/null
. "$here/pni_same.sh"
build=${BUILD:-$here/../../build}
joined=(lacp bfd session)     # of Redis that are held against the daemons, from the wire alone
# shellcheck disable=SC2034 # of pni_same.sh
parts=("${joined[@]}" opens counts rib) # and those that a probe knows which saw the begin, or was told

lab_begin pni-lab
redis_start
pni_wire || exit 1
pni_captures "$LAB_DIR" || exit 1
pni_contract pcap >"$LAB_DIR/recorded.conf"
pni_contract tap "redis = { server = \"$REDIS\"; interval_ms = 500; };" >"$LAB_DIR/peering.conf"
pni_probe_start "$build" || exit 1

class_seen() { # LINK CLASS
  at_least "$(rcli hget "pni:{ams1}:link:$1:class:$2" packets_peer_to_msft)" 1 &&
    at_least "$(rcli hget "pni:{ams1}:link:$1:class:$2" packets_msft_to_peer)" 1
}
both_active() { [ "$(rcli hmget "pni:{ams1}:link:$1" members members_active | xargs)" = "2 2" ]; }
event() { "$@" >>"$LAB_DIR/events.log" 2>&1; } # routers talk much when they are reconfigured

echo "== a clean start, the probe there first"
pni_route || exit 1
same "a clean start"
for link in pni-a pni-b; do
  for class in lacp bfd bgp; do check "$class both ways on $link" lab_wait 5 class_seen $link $class; done
done
check "two links" [ "$(rcli scard 'pni:{ams1}:links')" = 2 ]
for link in pni-a pni-b; do
  check "two members of $link, both active" lab_wait 5 both_active $link
done

echo "== 10 000 prefixes, a third of them withdrawn"
event pni_fault 10k-prefixes
same "10 000 prefixes"
event pni_fault withdraw-third
same "the withdrawal of a third"

echo "== a storm of path attributes"
event pni_fault attribute-storm
same "the storm"

echo "== sessions reset"
event pni_fault bgp-reset a
event pni_fault bgp-reset b
lab_wait 15 pni_bgp_is_up && lab_wait 10 pni_routes_are_up || exit 1
same "both resets"

echo "== LLDP on every member"
event pni_lldp
same "an LLDP frame of each" lldp

echo "== BFD down"
event pni_fault bfd-down a
bfd_is_down() { ! pni_bfd_is_up; }
lab_wait 10 bfd_is_down || exit 1
same "BFD went down"
event pni_heal bfd-down a
lab_wait 15 pni_bgp_is_up && lab_wait 15 pni_bfd_is_up || exit 1
same "BFD came back"

echo "== a member lost"
event pni_fault member-loss b
member_is_out() { pni_appctl lacp/show | grep -q 'member: b1p: expired'; }
lab_wait 10 member_is_out || exit 1
same "the loss of a member"
event pni_heal member-loss b
lab_wait 10 pni_lag_is_up || exit 1
same "the member's return"

echo "== a probe that joins in the middle"
lab_stop probe TERM || { echo "the probe's exit code was not 0"; exit 1; }
rm -f "$LAB_DIR"/ams1-p1.bgp-state # what it would carry over a restart: pni_seed_test.sh
rcli flushall >/dev/null
pni_probe_start "$build" || exit 1
same "joining in the middle" "${joined[@]}"
check "what it has of routes is said to be inferred" [ "$(rcli hget 'pni:{ams1}:session:pni-a-v4' completeness)" = INFERRED ]
event pni_refresh
same "a route refresh" "${joined[@]}" counts rib

echo "== the captures of all this"
settled() { # FRR has sent what it had to
  local before now
  before=$(pni_vtysh a -c "show bgp neighbors ${PNI_CLOUD_IP[a]} json" | jq -c '[.[].messageStats | .updatesSent, .updatesRecv]')
  sleep 1
  now=$(pni_vtysh a -c "show bgp neighbors ${PNI_CLOUD_IP[a]} json" | jq -c '[.[].messageStats | .updatesSent, .updatesRecv]')
  [ "$before" = "$now" ]
}
lab_wait 15 settled || exit 1
pni_truth >"$LAB_DIR/truth.json"
pni_captures_end
"$build/pniscope" analyze -c "$LAB_DIR/recorded.conf" --json >"$LAB_DIR/recorded.json" || exit 1
check "analyze equals the daemons' tables" "$here/pni_compare.py" analyze "$LAB_DIR/recorded.json" "$LAB_DIR/truth.json"
check "the probe stops with exit code 0" lab_stop probe TERM
check_end
