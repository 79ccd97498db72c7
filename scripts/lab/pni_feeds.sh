#!/usr/bin/env bash
# What routers can tell a probe beside the wire (part of pni.sh): a BMP feed (RFC 7854) over a
# management network, and MRT dumps (RFC 6396).
#
#   pni_management_ip END [probe] addresses of that network: END's, or the probe's (in $PNI_FABRIC) on its link
#   pni_bmp END PORT              a router connects to the probe's listener: FRR with its Adj-RIB-In, GoBGP with
#                                 that (before and after policy) and the Loc-RIB; a link's name is the peer's end
#   pni_bmp_ends END PORT
#   pni_mrt LINK SIDE FILE        the table of the peer's FRR or of the cloud's BIRD now, TABLE_DUMP_V2

pni_management_ip() {
  local n=0
  case $1 in *b) n=2 ;; esac
  case $1 in cloud-*) n=$((n + 4)) ;; esac
  [ "${2:-}" = probe ] || n=$((n + 1))
  echo "172.31.255.$n"
}

pni_management() {
  local link side end fabric
  fabric=$(pni_ns fabric)
  for link in "${PNI_LINKS[@]}"; do
    for side in peer cloud; do
      end=$side-$link
      ip -n "$fabric" link add "mg-$end" type veth peer name mgmt netns "$(pni_ns "$end")" || return 1
      ip -n "$fabric" addr add "$(pni_management_ip "$end" probe)/31" dev "mg-$end"
      ip -n "$fabric" link set "mg-$end" up
      ip -n "$(pni_ns "$end")" addr add "$(pni_management_ip "$end")/31" dev mgmt
      ip -n "$(pni_ns "$end")" link set mgmt up
    done
  done
}
pni_kind_of() { case $1 in cloud-*) echo "${PNI_CLOUD_ROUTER[${1##*-}]}" ;; *) echo "${PNI_ROUTER[${1##*-}]}" ;; esac; }

pni_bmp() {
  local end
  end=$(pni_end_of "$1")
  case $(pni_kind_of "$end") in
    frr)
      pni_vtysh "$end" -c conf -c "router bgp $(pni_asn_of "$end")" -c 'bmp targets probe' -c 'bmp monitor ipv4 unicast pre-policy' \
        -c 'bmp monitor ipv6 unicast pre-policy' \
        -c "bmp connect $(pni_management_ip "$end" probe) port $2 min-retry 100 max-retry 1000"
      ;;
    gobgp) pni_gobgpc "$end" bmp add "$(pni_management_ip "$end" probe):$2" all ;;
    *) return 1 ;; # BIRD 2.0 has no BMP: its table comes as a dump, or what it knows from the other end
  esac
}
pni_bmp_ends() {
  local end
  end=$(pni_end_of "$1")
  case $(pni_kind_of "$end") in
    frr) pni_vtysh "$end" -c conf -c "router bgp $(pni_asn_of "$end")" -c 'no bmp targets probe' ;;
    gobgp) pni_gobgpc "$end" bmp del "$(pni_management_ip "$end" probe):$2" ;;
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
