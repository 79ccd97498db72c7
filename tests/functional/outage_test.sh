#!/usr/bin/env bash
# Redis is killed (-9) under a measuring probe and comes back: with its own file and `appendfsync
# always` no event is lost or doubled; empty, the totals, the state and every spooled event are back.
#   OUTAGE_SECONDS: how long Redis stays away.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
away=${OUTAGE_SECONDS:-5}

lab_begin outage
net_begin
sc=$LAB_DIR/scenario
python3 "$here/../golden/scenario.py" "$sc" --seconds 2 --undeclared-at 1 --calls 4 || exit 1
# one link of one member is enough here; it falls silent after a second, so that events are made at will
ports="" pairs=() n=0
for direction in peer_to_msft msft_to_peer; do
  net_pair "g$n" "p$n"
  ports+="$direction = \"net_af_packet$n,iface=p$n,blocksz=1048576,framesz=2048,framecnt=4096,qpairs=1\"; "
  pairs+=("$sc/pni-a.0.$direction.pcap=g$n")
  n=$((n + 1))
done
cat >"$LAB_DIR/lanes.json" <<'JSON'
{"g0": ["pni-a", 0, "peer_to_msft"], "g1": ["pni-a", 0, "msft_to_peer"]}
JSON
cat >"$LAB_DIR/contract.conf" <<CONF
peering = { name = "acme-voice"; type = "voice"; };
peer = { asn = 64496; };
sites = ( { name = "ams1"; } );
links = ( { name = "pni-a"; site = "ams1"; role = "primary"; bandwidth = "10G"; members = ( { speed = "10G"; $ports} ); } );
subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["sip-tls", "srtp", "stun"]; } );
thresholds = { link_silent_us = "1s"; };
CONF
probe=ams1-p1

setup() { # REDIS ARGS...
  redis_start "$@"
  { cat "$LAB_DIR/contract.conf"
    printf 'redis = { server = "%s"; interval_ms = 200; };\n' "$REDIS"; } >"$LAB_DIR/peering.conf"
  mkdir -p "$LAB_DIR/spool"
  printf 'probe = { id = "%s"; site = "ams1"; flows = 100000; spool = "%s/spool"; };\n@include "peering.conf"\n' $probe "$LAB_DIR" >"$LAB_DIR/probe.conf"
  lab_start_net probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 256 --file-prefix "$LAB_NAME-$$"
  lab_wait 20 epoch_past 1
}
epoch() { rcli hget "pni:{ams1}:epoch:$probe" seq; }
epoch_past() { [ "$(epoch)" -ge "$1" ] 2>/dev/null; }
# each burst of traffic and the silence after it makes the link go up and silent
burst() { in_net "$build/functional/replay_send" --speed 4 "${pairs[@]}" >>"$LAB_DIR/bursts.json" && sleep 1.6; }
sent() { jq -s '{g0: {packets: map(.g0.packets) | add, bytes: map(.g0.bytes) | add}, g1: {packets: map(.g1.packets) | add, bytes: map(.g1.bytes) | add}, seconds: 0}' "$LAB_DIR/bursts.json"; }
link_state() { rcli hget 'pni:{ams1}:link:pni-a' state; }

run_outage() {
  : >"$LAB_DIR/bursts.json"
  burst
  lab_stop redis KILL
  local end=$((SECONDS + away))
  while [ $SECONDS -lt $end ]; do burst || return 1; done
}
recovered() {
  local at
  at=$(epoch)
  burst || return 1
  lab_wait 20 epoch_past $((${at:-0} + 10)) || return 1
  # a disk that syncs slowly may hold the newest epoch back
  lab_wait 20 link_is_silent || { echo "state is $(link_state), not silent"; return 1; }
  sent >"$LAB_DIR/sent.json"
  python3 "$here/live_check.py" "$REDIS_SOCKET" ams1 "$LAB_DIR/sent.json" "$LAB_DIR/lanes.json" || return 1
  lab_wait 20 events_whole
  events_whole
}
link_is_silent() { [ "$(link_state)" = silent ]; }
events_whole() { python3 "$here/outage_events.py" "$REDIS_SOCKET" ams1 $probe "$(jq -s length "$LAB_DIR/bursts.json")"; }

echo "== killed for $away s, back with its append-only file"
setup --appendonly yes --appendfsync always || exit 1
run_outage || exit 1
redis_start --appendonly yes --appendfsync always
lab_wait 30 epoch_past 1 && recovered || exit 1
lab_stop probe TERM || { echo "the probe's exit code was not 0"; exit 1; }
lab_stop redis KILL

echo "== killed for $away s, back empty"
rm -rf "$LAB_DIR"/appendonlydir "$LAB_DIR"/spool
setup --appendonly no || exit 1
: >"$LAB_DIR/bursts.json"
lab_stop redis KILL # before any event: all of them must come from the spool
end=$((SECONDS + away))
while [ $SECONDS -lt $end ]; do burst || exit 1; done
redis_start --appendonly no
lab_wait 30 epoch_past 1 && recovered || exit 1
grep -c 'redis' "$LAB_DIR/probe.log" >"$LAB_DIR/lines"
[ "$(cat "$LAB_DIR/lines")" -le 8 ] || { echo "the probe said it $(cat "$LAB_DIR/lines") times"; exit 1; }
echo "passed"
