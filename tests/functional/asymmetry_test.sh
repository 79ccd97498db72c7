#!/usr/bin/env bash
# Flows that ask over one link and are answered over another, live: two probes at two sites show half of each, and control joins them.
#
#   host A (peer)  a1 ──── pni-a, tapped by p1 at ams1 ──── b1  host B (cloud)
#                  a2 ──── pni-b, tapped by p2 at fra1 ──── b2
#                  a3 ──── tapped by nobody ─────────────── b3
#
# A asks everybody over pni-a. B answers from .20 over pni-b, from .21 over pni-a, and from .22 where nobody looks.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
peer=203.0.113.10 crossing=198.51.100.20 symmetric=198.51.100.21 unseen=198.51.100.22
CROSSING=12 SYMMETRIC=5 UNSEEN=3

for tool in jq ethtool tc ss; do
  command -v $tool >/dev/null || lab_skip "$tool is not installed"
done
lab_begin asymmetry
net_begin
hosts=("$NETNS-a" "$NETNS-b")
for host in "${hosts[@]}"; do
  ip netns add "$host" || exit 1
  PATH_HOSTS+=("$host")
  ip -n "$host" link set lo up
  # answers come in where nothing was sent to
  ip netns exec "$host" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done

# between N: the Nth line between the hosts; the hosts know each other's address on it
between() {
  net_pair "a$1" "b$1" || return 1
  local ends=(a b) i
  for i in 0 1; do
    ip -n "$NETNS" link set "${ends[i]}$1" netns "${hosts[i]}" || return 1
    ip -n "${hosts[i]}" link set "${ends[i]}$1" arp on mtu 1500 up
  done
}
# tap N: what line N carries, seen at A's end, goes to p$N as well
tap() {
  net_pair "g$1" "p$1" || return 1
  ip -n "$NETNS" link set "g$1" netns "${hosts[0]}" && ip -n "${hosts[0]}" link set "g$1" arp off up || return 1
  ip netns exec "${hosts[0]}" tc qdisc add dev "a$1" clsact || return 1
  for way in ingress egress; do
    ip netns exec "${hosts[0]}" tc filter add dev "a$1" $way protocol all u32 match u32 0 0 action mirred egress mirror dev "g$1" || return 1
  done
}
for line in 1 2 3; do between $line || exit 1; done
tap 1 && tap 2 || exit 1
ip -n "${hosts[0]}" addr add $peer/32 dev lo
for address in $crossing $symmetric $unseen; do
  ip -n "${hosts[1]}" addr add $address/32 dev lo
  ip -n "${hosts[0]}" route add $address dev a1 src $peer
done
# by who answers: rules of B's own addresses
answer() { # ADDRESS LINE
  ip -n "${hosts[1]}" route add $peer dev "b$2" table "10$2" && ip -n "${hosts[1]}" rule add from "$1" lookup "10$2"
}
ip -n "${hosts[1]}" route add $peer dev b1
answer $crossing 2 && answer $unseen 3 || exit 1

port() { echo "net_af_packet0,iface=p$1,blocksz=1048576,framesz=2048,framecnt=4096,qpairs=1"; }
redis_start
cat >"$LAB_DIR/peering.conf" <<CONF
peering = { name = "lab"; type = "isp"; };
peer = { asn = 64496; };
sites = ( { name = "ams1"; metro = "Amsterdam"; }, { name = "fra1"; metro = "Frankfurt"; } );
links = (
  { name = "pni-a"; site = "ams1"; role = "primary"; bandwidth = "1G"; tap = { kind = "span"; probe = "p1"; };
    members = ( { speed = "1G"; both = "$(port 1)"; direction = { by = "subnet"; }; } ); },
  { name = "pni-b"; site = "fra1"; role = "primary"; bandwidth = "1G"; tap = { kind = "span"; probe = "p2"; };
    members = ( { speed = "1G"; both = "$(port 2)"; direction = { by = "subnet"; }; } ); } );
subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; }, { prefix = "198.51.100.0/24"; side = "msft"; } );
redis = { server = "$REDIS"; interval_ms = 1000; };
CONF
probe() { # ID SITE
  printf 'probe = { id = "%s"; site = "%s"; flows = 10000; };\n@include "peering.conf"\n' "$1" "$2" >"$LAB_DIR/$1.conf"
  lab_start_net "$1" "$build/pniscope-probe" -c "$LAB_DIR/$1.conf" -- --no-huge --no-pci -m 256 --file-prefix "$LAB_NAME-$1-$$"
}
epoch_past() { [ "$(rcli hget "pni:{$2}:epoch:$1" seq)" -ge "$3" ] 2>/dev/null; }
probe p1 ams1
probe p2 fra1
lab_start control "$build/pniscope-control" -c "$LAB_DIR/peering.conf"
check "both probes run" lab_wait 60 epoch_past p1 ams1 1
check "at both sites" lab_wait 60 epoch_past p2 fra1 1

# one server a connection: each talks until the end
talk() { # ADDRESS COUNT
  local i
  for ((i = 0; i < $2; i++)); do
    port=$((port + 1))
    lab_start "server-$port" ip netns exec "${hosts[1]}" "$here/tcp_talk.py" serve $port
    lab_wait 10 grep -q listening "$LAB_DIR/server-$port.log" || return 1
    lab_start "client-$port" ip netns exec "${hosts[0]}" "$here/tcp_talk.py" send "$1" $port --messages 3000 --every 0.2
  done
}
port=5200
talk $crossing $CROSSING && talk $symmetric $SYMMETRIC && talk $unseen $UNSEEN || exit 1
standing() { [ "$(ip netns exec "${hosts[0]}" ss -Htn state established | wc -l)" = $((CROSSING + SYMMETRIC + UNSEEN)) ]; }
check "all connections stand" lab_wait 20 standing

field() { rcli hget "pni:{@lab}:asymmetry:$1" "$2"; } # LINK FIELD
shows() { [ "$(field "$1" "$2")" = "$3" ]; }          # LINK FIELD VALUE
check "pni-a shows one way of those that are answered elsewhere" lab_wait 90 shows pni-a tcp_one_way_peer_to_msft $((CROSSING + UNSEEN))
check "pni-b shows the answers" lab_wait 30 shows pni-b tcp_one_way_msft_to_peer $CROSSING
check "of 15 flows 12 have their other half on pni-b" lab_wait 30 shows pni-a tcp_where_peer_to_msft "pni-b 80.0 %"
check "pni-a has the questions of all that pni-b answers" lab_wait 30 shows pni-b tcp_where_msft_to_peer "pni-a 100.0 %"
check "what goes both ways over pni-a is no half" shows pni-a tcp_one_way_msft_to_peer 0
export PNISCOPE_REDIS=$REDIS
"$build/pniscope" asymmetry
found() { "$build/pniscope" asymmetry --json | jq -r ".asymmetry[] | select(.link == \"$1\") | .$2"; }
check "the command says so" [ "$(found pni-a tcp_found_ratio_peer_to_msft)" = 0.8 ]
told=$(rcli hget "pni:{ams1}:halves:pni-a" tcp_tokens_peer_to_msft)
check "tokens name no address" [ "$(grep -cE '203\.0|198\.51' <<<"$told")" = 0 ]
check "one token a flow" [ "$(tr ',' '\n' <<<"$told" | awk '{ print $1 }' | sort -u | grep -cE '^[0-9a-f]{16}$')" = $((CROSSING + UNSEEN)) ]
check_end
