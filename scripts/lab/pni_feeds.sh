#!/usr/bin/env bash
# What a peer's router can tell a probe beside the wire (part of pni.sh): a BMP feed (RFC 7854) over a
# management network, and MRT dumps (RFC 6396).
#
#   pni_management_ip LINK SIDE   addresses of that network: SIDE is probe (in $PNI_FABRIC) or peer
#   pni_bmp LINK PORT             the peer's router connects to the probe's listener: FRR with its Adj-RIB-In,
#                                 GoBGP with both of its Adj-RIBs and the Loc-RIB
#   pni_bmp_ends LINK PORT
#   pni_mrt LINK FILE             the router's table now, TABLE_DUMP_V2: FRR's on a, the cloud's BIRD's on b

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

pni_frr_bmp() { # LINK PORT
  echo "bmp connect $(pni_management_ip "$1" probe) port $2 min-retry 100 max-retry 1000"
}
pni_bmp() {
  case $1 in
    a)
      pni_vtysh a -c conf -c "router bgp $PNI_PEER_ASN" -c 'bmp targets probe' -c 'bmp monitor ipv4 unicast pre-policy' \
        -c 'bmp monitor ipv6 unicast pre-policy' -c "$(pni_frr_bmp a "$2")"
      ;;
    b) pni_gobgpc b bmp add "$(pni_management_ip b probe):$2" all ;;
  esac
}
pni_bmp_ends() {
  case $1 in
    a) pni_vtysh a -c conf -c "router bgp $PNI_PEER_ASN" -c 'no bmp targets probe' ;;
    b) pni_gobgpc b bmp del "$(pni_management_ip b probe):$2" ;;
  esac
}

pni_mrt() {
  case $1 in
    a)
      pni_vtysh a -c conf -c "dump bgp routes-mrt $(pni_frr_dir a)/table.mrt" || return 1
      lab_wait 5 test -s "$(pni_frr_dir a)/table.mrt" && cp "$(pni_frr_dir a)/table.mrt" "$2"
      pni_vtysh a -c conf -c 'no dump bgp routes-mrt'
      ;;
    b)
      pni_birdc cloud-b mrt dump table '"master4"' to "\"$2\"" || return 1
      lab_wait 5 test -s "$2"
      ;;
  esac
}
