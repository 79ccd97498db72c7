#!/usr/bin/env bash
# Real SIPp callers between an SBC and the cloud, a probe on taps of both directions: calls, codes, delays,
# streams, legs and roles in Redis equal what SIPp counted itself.   SIPP_CALLS: answered calls (default 40; 1000 is
# the long form), SIPP_RATE: of them a second.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
calls=${SIPP_CALLS:-40} rate=${SIPP_RATE:-8}
command -v sipp >/dev/null || lab_skip "sipp (package sip-tester) is not installed"
sbc=203.0.113.10 cloud=52.112.0.10

lab_begin sipp
redis_start
net_begin

#   sbc namespace                       lab namespace                      cloud namespace
#   203.0.113.10 sipwire ----------------------------------------------- sipwire 52.112.0.10
#          egress mirrored to tapout ~ tap0 -> probe <- tap1 ~ tapout mirrored egress
cleanup() { for end in sbc cloud; do ip netns del "$NETNS-$end" 2>/dev/null; done; lab_end; }
end_begin() { # NAME ADDRESS TAP
  local ns=$NETNS-$1
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  ip -n "$ns" link set lo up && ip -n "$ns" addr add "$2/32" dev sipwire && ip -n "$ns" link set sipwire up &&
    ip -n "$ns" route add default dev sipwire && ip -n "$ns" link add tapout type veth peer name "$3" netns "$NETNS" &&
    ip -n "$ns" link set tapout arp off up && ip -n "$NETNS" link set "$3" arp off up &&
    ip netns exec "$ns" tc qdisc add dev sipwire clsact &&
    ip netns exec "$ns" tc filter add dev sipwire egress protocol all u32 match u32 0 0 action mirred egress mirror dev tapout || return 1
  for interface in sipwire tapout; do
    ip netns exec "$ns" ethtool -K $interface tso off gso off gro off tx off rx off >/dev/null 2>&1
  done
}
trap cleanup EXIT
for end in sbc cloud; do ip netns add "$NETNS-$end" || exit 1; done
ip -n "$NETNS-sbc" link add sipwire type veth peer name sipwire netns "$NETNS-cloud" || exit 1
end_begin sbc $sbc tap0 && end_begin cloud $cloud tap1 || lab_skip "no traffic mirror here"

cat >"$LAB_DIR/probe.conf" <<CONF
probe = { id = "p1"; site = "lab"; flows = 100000; spool = "$LAB_DIR"; };
peering = { name = "sipp"; type = "voice"; };
peer = { asn = 64496; };
sites = ( { name = "lab"; metro = "Lab"; } );
links = ( { name = "pni-a"; site = "lab"; role = "primary"; bandwidth = "10G"; members = ( { speed = "10G";
  peer_to_msft = "net_af_packet0,iface=tap0,blocksz=1048576,framesz=2048,framecnt=16384,qpairs=1";
  msft_to_peer = "net_af_packet1,iface=tap1,blocksz=1048576,framesz=2048,framecnt=16384,qpairs=1"; } ); } );
subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["sip", "rtp"]; roles = ["sbc"]; } );
sbcs = ( { name = "sbc1"; fqdn = "sbc1.voice.example"; signalling = ["$sbc"]; media = ["$sbc/32"]; } );
redis = { server = "$REDIS"; interval_ms = 1000; };
CONF
lab_start_net probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 768 --file-prefix "$LAB_NAME-$$"
lab_wait 20 rcli exists "pni:{lab}:epoch:p1" || exit 1
epoch() { rcli hget "pni:{lab}:epoch:p1" seq; }
epoch_past() { [ "$(epoch)" -ge "$1" ] 2>/dev/null; }
lab_wait 20 epoch_past 1 || exit 1

# SCENARIO NAMESPACE FROM TO PORT CALLS RATE [ARGS]: a side of SIPp with its own statistics
side() {
  local name=$1 ns=$2 from=$3 to=$4 port=$5 count=$6 speed=$7
  shift 7
  ip netns exec "$NETNS-$ns" sipp "$to" -sf "$here/sipp/$name.xml" -i "$from" -mi "$from" -p "$port" -m "$count" -r "$speed" \
    -nostdin -trace_stat -stf "$LAB_DIR/$name-$ns-$port.csv" -fd 1 -trace_counts -trace_err -error_file "$LAB_DIR/$name-$ns.err.log" "$@" \
    >"$LAB_DIR/$name-$ns.out" 2>&1 &
  LAB_PID[$name-$ns-$port]=$!
}
few=$((calls / 4 + 1))
cd "$LAB_DIR" || exit 1
side uas_answered cloud $cloud $sbc:5060 5060 "$calls" "$rate" -rtp_echo -mp 6000
side uas_busy cloud $cloud $sbc:5060 5062 "$few" 10 -mp 6100
side uas_unavailable cloud $cloud $sbc:5060 5064 "$few" 10 -mp 6200
side uas_abandoned cloud $cloud $sbc:5060 5066 "$few" 10 -mp 6300
side uas_options cloud $cloud $sbc:5060 5068 10 10 -mp 6400
side uas_answered sbc $sbc $cloud:5060 5070 "$few" "$rate" -rtp_echo -mp 7000
sleep 0.5
side uac_answered sbc $sbc $cloud:5060 5060 "$calls" "$rate" -mp 10000
side uac_refused sbc $sbc $cloud:5062 5062 "$few" 2 -mp 20000
side uac_refused sbc $sbc $cloud:5064 5064 "$few" 2 -mp 24000
side uac_abandoned sbc $sbc $cloud:5066 5066 "$few" 2 -mp 28000
side uac_options sbc $sbc $cloud:5068 5068 10 1 -mp 30000
side uac_answered cloud $cloud $sbc:5070 5070 "$few" 4 -mp 32000
for name in "${!LAB_PID[@]}"; do
  case $name in ua*) wait "${LAB_PID[$name]}" || { echo "$name: exit $?"; tail -n 4 "$LAB_DIR"/*.err.log; exit 1; }; unset "LAB_PID[$name]" ;; esac
done
lab_wait 20 epoch_past $(($(epoch) + 3)) || exit 1
python3 "$here/sipp_check.py" "$REDIS_SOCKET" lab "$LAB_DIR" || exit 1

check "the SBC is named SBC" grep -qx sbc <(rcli hget "pni:{lab}:endpoint:$sbc" roles | tr , '\n')
check "and found by its role" grep -qx "$sbc" <(rcli zrange "pni:{lab}:endpoints:sbc" 0 -1)
check "the cloud's end is none" test -z "$(rcli zscore "pni:{lab}:endpoints:sbc" $cloud)"
"$build/pniscope" -r "$REDIS" calls sbc:sbc1
check_end
