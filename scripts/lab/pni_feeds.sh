#!/usr/bin/env bash
# What a peer's router can tell a probe beside the wire (part of pni.sh): a BMP feed (RFC 7854) over a
# management network, and MRT dumps (RFC 6396).
#
#   pni_management_ip LINK SIDE   addresses of that network: SIDE is probe (in $PNI_FABRIC) or peer
#   pni_bmp LINK PORT             the peer's router connects to the probe's listener: FRR with its Adj-RIB-In,
#                                 GoBGP with both of its Adj-RIBs and the Loc-RIB
#   pni_bmp_ends LINK PORT
#   pni_mrt LINK SIDE FILE        the table of the peer's FRR or of the cloud's BIRD now, TABLE_DUMP_V2

pni_management_ip() {
  local n=0
  [ "$1" = b ] && n=2
  [ "$2" = peer ] && n=$((n + 1))
  echo "172.31.255.$n"
}

pni_management() {
  local link fabric
  fabric=$(pni_ns fabric)
  for link in "${PNI_LINKS[@]}"; do
    ip -n "$fabric" link add "mgmt$link" type veth peer name mgmt netns "$(pni_ns "peer-$link")" || return 1
    ip -n "$fabric" addr add "$(pni_management_ip "$link" probe)/31" dev "mgmt$link"
    ip -n "$fabric" link set "mgmt$link" up
    ip -n "$(pni_ns "peer-$link")" addr add "$(pni_management_ip "$link" peer)/31" dev mgmt
    ip -n "$(pni_ns "peer-$link")" link set mgmt up
  done
}

pni_bmp() {
  case ${PNI_ROUTER[$1]} in
    frr)
      pni_vtysh "$1" -c conf -c "router bgp $PNI_PEER_ASN" -c 'bmp targets probe' -c 'bmp monitor ipv4 unicast pre-policy' \
        -c 'bmp monitor ipv6 unicast pre-policy' \
        -c "bmp connect $(pni_management_ip "$1" probe) port $2 min-retry 100 max-retry 1000"
      ;;
    gobgp) pni_gobgpc "$1" bmp add "$(pni_management_ip "$1" probe):$2" all ;;
  esac
}
pni_bmp_ends() {
  case ${PNI_ROUTER[$1]} in
    frr) pni_vtysh "$1" -c conf -c "router bgp $PNI_PEER_ASN" -c 'no bmp targets probe' ;;
    gobgp) pni_gobgpc "$1" bmp del "$(pni_management_ip "$1" probe):$2" ;;
  esac
}

pni_mrt() {
  local own
  case $2 in
    peer)
      own=$(pni_frr_dir "$1")/table.mrt
      pni_vtysh "$1" -c conf -c "dump bgp routes-mrt $own" || return 1
      lab_wait 5 test -s "$own" && cp "$own" "$3"
      pni_vtysh "$1" -c conf -c 'no dump bgp routes-mrt'
      ;;
    cloud)
      pni_birdc "cloud-$1" mrt dump table '"master*"' to "\"$3\"" || return 1
      lab_wait 5 test -s "$3"
      ;;
  esac
}
