#!/usr/bin/env bash
# A whole interconnect of real parts, in namespaces of its own (source it after lib-test.sh, between
# lab_begin and the end of the script, which lab_begin's trap cleans up):
#
#   peer-a  FRR ───────── brap ══ LAG, 2 members ══ brac ───────── BIRD    cloud-a      link pni-a
#   peer-b  GoBGP, BIRD ─ brbp ══ LAG, 2 members ══ brbc ───────── BIRD    cloud-b      link pni-b
#           (BIRD there speaks BFD only: GoBGP has none)
#
# Members are veth pairs in a namespace of their own, $PNI_FABRIC; their ends are LACP bonds of Open
# vSwitch bridges (userspace datapath); a bridge's own port is moved into the router's namespace. Each
# member has a tap per direction, taken where the frame enters the veth: interface LINK MEMBER DIRECTION
# is "$(pni_tap a 0 peer_to_msft)", for a probe inside $PNI_FABRIC.
#
#   pni_up            start all, wait until LACP, BFD and BGP are up on both links; or in two steps:
#   pni_wire          members, switches, bridge ports, taps; LACP comes up by itself
#   pni_route         the routers
#   pni_fault NAME    make one of pni_faults happen; pni_heal NAME ends those that last
#   pni_truth PART    what the daemons say themselves, as JSON or text
#   pni_down          end everything, remove the namespaces (pni_up's exit trap does it too)
#   pni_save FILE     what another shell needs for pni_fault and pni_truth: source FILE there
# shellcheck disable=SC2034 # its parts and those who source it read these

PNI_LINKS=(a b)
PNI_PEER_ASN=64496
PNI_CLOUD_ASN=8075
declare -gA PNI_ROUTER=([a]=frr [b]=gobgp) # of the peer; frr on both where PNI_ROUTER[b]=frr is set after sourcing
declare -gA PNI_CLOUD_ROUTER=([a]=bird [b]=bird) # of the cloud; frr and gobgp report over BMP too, bird has no such feed
declare -gA PNI_PEER_IP=([a]=192.0.2.0 [b]=192.0.2.2) PNI_CLOUD_IP=([a]=192.0.2.1 [b]=192.0.2.3)

pni_needs() {
  local program
  for program in ovs-vswitchd ovsdb-server ovs-vsctl birdc bird gobgpd vtysh tc; do
    command -v "$program" >/dev/null || lab_skip "the interconnect's lab needs $program"
  done
  [ -x /usr/lib/frr/bgpd ] || lab_skip "the interconnect's lab needs FRR"
  [ "$(id -u)" -eq 0 ] || lab_skip "network namespaces need root"
}

pni_ns() { echo "$PNI_ID-$1"; }
pni_in() { # NAMESPACE CMD...
  local ns=$1
  shift
  ip netns exec "$(pni_ns "$ns")" "$@"
}
pni_start() { # NAMESPACE NAME CMD...: as lab_start, its process id is the program's own
  local ns=$1 name=$2
  shift 2
  ip netns exec "$(pni_ns "$ns")" "$@" >"$LAB_DIR/$name.log" 2>&1 &
  LAB_PID[$name]=$!
}
pni_tap() { echo "$1$2$([ "$3" = peer_to_msft ] && echo p || echo c)tap"; }

# ---- the wire

pni_namespaces() {
  local ns
  for ns in "${PNI_NAMESPACES[@]}"; do
    ip netns add "$(pni_ns "$ns")" 2>/dev/null || lab_skip "no network namespaces here"
    ip -n "$(pni_ns "$ns")" link set lo up
  done
  pni_in fabric true 2>/dev/null || lab_skip "programs can't be started in a network namespace here"
  pni_in fabric sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
}

pni_veth() { # A B
  local end fabric
  fabric=$(pni_ns fabric)
  ip -n "$fabric" link add "$1" type veth peer name "$2" || return 1
  for end in "$1" "$2"; do
    ip -n "$fabric" link set "$end" arp off up
    pni_in fabric ethtool -K "$end" tso off gso off gro off tx off rx off >/dev/null 2>&1
  done
}

# Frames enter the veth at egress of the sender's end: mirrored there, so that a tap sees what a fault
# behind it (pni_lose, another filter) takes from the far end.
pni_mirror() { # MEMBER_END TAP
  pni_in fabric tc filter replace dev "$1" egress protocol all pref 1 handle 800::800 u32 match u32 0 0 \
    action mirred egress mirror dev "$2" continue
}

pni_members() {
  local link m side
  pni_veth hole hole-end || return 1
  for link in "${PNI_LINKS[@]}"; do
    for m in 0 1; do
      pni_veth "$link${m}p" "$link${m}c" || return 1
      for side in p c; do
        pni_veth "$link$m${side}mir" "$link$m${side}tap" || return 1
        pni_in fabric tc qdisc add dev "$link$m$side" clsact
        pni_mirror "$link$m$side" "$link$m${side}mir"
      done
    done
  done
}

# ---- Open vSwitch, its own instance

pni_ovs() { # TOOL ARGS...
  local tool=$1
  shift
  OVS_RUNDIR=$PNI_OVS OVS_LOGDIR=$PNI_OVS OVS_DBDIR=$PNI_OVS "$tool" "$@"
}
pni_vsctl() { pni_ovs ovs-vsctl --db="unix:$PNI_OVS/db.sock" --timeout=10 "$@"; }
pni_appctl() { pni_ovs ovs-appctl -t "$PNI_OVS/vswitchd.ctl" "$@"; }

pni_switches() {
  local link side bridge args=()
  PNI_OVS=$LAB_DIR/ovs
  mkdir -p "$PNI_OVS"
  ovsdb-tool create "$PNI_OVS/conf.db" /usr/share/openvswitch/vswitch.ovsschema || return 1
  export OVS_RUNDIR=$PNI_OVS OVS_LOGDIR=$PNI_OVS OVS_DBDIR=$PNI_OVS
  pni_start fabric ovsdb ovsdb-server "$PNI_OVS/conf.db" --remote="punix:$PNI_OVS/db.sock" --unixctl="$PNI_OVS/ovsdb.ctl" -vconsole:warn
  lab_wait 5 test -S "$PNI_OVS/db.sock" || return 1
  pni_vsctl --no-wait init
  pni_start fabric vswitchd ovs-vswitchd "unix:$PNI_OVS/db.sock" --unixctl="$PNI_OVS/vswitchd.ctl" -vconsole:warn
  lab_wait 5 test -S "$PNI_OVS/vswitchd.ctl" || return 1
  for link in "${PNI_LINKS[@]}"; do
    for side in p c; do
      bridge=br$link$side
      args+=(-- add-br "$bridge" -- set bridge "$bridge" datapath_type=netdev
        -- add-bond "$bridge" "lag$link$side" "${link}0$side" "${link}1$side" lacp=active
        bond_mode=balance-tcp other_config:lacp-time=fast)
    done
  done
  pni_vsctl "${args[@]}" || return 1
}

# Every member's end says LLDP, the chassis being its own address (so one LAG has several).
pni_lldp() {
  local link m side args=()
  for link in "${PNI_LINKS[@]}"; do
    for m in 0 1; do
      for side in p c; do args+=(-- set interface "$link$m$side" lldp:enable=true); done
    done
  done
  pni_vsctl "${args[@]}"
}

pni_port() { # BRIDGE NAMESPACE ADDRESS ADDRESS6
  lab_wait 5 pni_in fabric ip link show "$1" || return 1
  ip -n "$(pni_ns fabric)" link set "$1" netns "$(pni_ns "$2")" || return 1
  pni_in "$2" sysctl -qw "net.ipv6.conf.$1.disable_ipv6=0" "net.ipv6.conf.$1.accept_dad=0" "net.ipv6.conf.$1.keep_addr_on_down=1"
  ip -n "$(pni_ns "$2")" addr add "$3/31" dev "$1"
  ip -n "$(pni_ns "$2")" addr add "$4/127" dev "$1" nodad
  ip -n "$(pni_ns "$2")" link set "$1" up
  pni_in "$2" ethtool -K "$1" tx off rx off >/dev/null 2>&1
}

pni_ports() {
  local link
  for link in "${PNI_LINKS[@]}"; do
    pni_port "br${link}p" "peer-$link" "${PNI_PEER_IP[$link]}" "$(pni_ip6 "$link" peer)" || return 1
    pni_port "br${link}c" "cloud-$link" "${PNI_CLOUD_IP[$link]}" "$(pni_ip6 "$link" cloud)" || return 1
  done
}
pni_ip6() { # LINK SIDE
  local n=0
  [ "$1" = b ] && n=2
  [ "$2" = cloud ] && n=$((n + 1))
  echo "2001:db8:ff::$n"
}

# ---- routers

# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_routers.sh"
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_faults.sh"
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_truth.sh"
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_probe.sh"
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_feeds.sh"
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/pni_voice.sh"

# ---- all of it

pni_up() { pni_wire && pni_route; }

pni_wire() {
  local link
  pni_needs
  PNI_ID=pni$$
  PNI_FABRIC=$(pni_ns fabric)
  PNI_NAMESPACES=(fabric sbc media)
  for link in "${PNI_LINKS[@]}"; do PNI_NAMESPACES+=("peer-$link" "cloud-$link"); done
  chmod 711 "$LAB_DIR" # FRR leaves root behind
  trap pni_end EXIT
  pni_namespaces && pni_members && pni_switches && pni_ports && pni_management && lab_wait 20 pni_lag_is_up
}

pni_route() {
  pni_routers && lab_wait 20 pni_bgp_is_up && lab_wait 20 pni_bfd_is_up && lab_wait 20 pni_routes_are_up
}

pni_end() { # lab_end tells by the exit code whether to show the logs
  local status=$?
  pni_down
  (exit $status)
  lab_end
}

pni_down() {
  [ -z "${PNI_STATE_FILE:-}" ] || rm -f "$PNI_STATE_FILE"
  local name ns
  for name in "${!LAB_PID[@]}"; do # all at once, then wait for each
    case $name in vswitchd | ovsdb) ;; *) kill -TERM "${LAB_PID[$name]}" 2>/dev/null ;; esac
  done
  for name in "${!LAB_PID[@]}"; do
    case $name in vswitchd | ovsdb) ;; *) lab_stop "$name" TERM >/dev/null 2>&1 ;; esac
  done
  lab_stop vswitchd TERM >/dev/null 2>&1
  lab_stop ovsdb TERM >/dev/null 2>&1
  for ns in "${PNI_NAMESPACES[@]}"; do ip netns del "$(pni_ns "$ns")" 2>/dev/null; done
}

pni_save() {
  PNI_PID=$$ PNI_STATE_FILE=$1
  declare -p LAB_DIR LAB_NAME PNI_ID PNI_PID PNI_FABRIC PNI_OVS PNI_NAMESPACES PNI_ROUTER PNI_CLOUD_ROUTER | sed 's/^declare -\([-a-z]*\)/declare -g\1/; s/-g-/-g/' >"$1"
  [ -z "${REDIS:-}" ] || declare -p REDIS REDIS_SOCKET | sed 's/^declare -\([-a-z]*\)/declare -g\1/; s/-g-/-g/' >>"$1"
}
