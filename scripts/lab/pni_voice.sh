#!/usr/bin/env bash
# Voice across the interconnect (part of pni.sh): an SBC behind both of the peer's routers and a media
# processor behind both of the cloud's, which route by iBGP, so that a failing link moves the calls to the
# other. Needs PNI_ROUTER[b]=frr before pni_wire: GoBGP forwards nothing.
#
#   pni_voice CALLS          start; the calls take pni-a while it is there
#   pni_voice_gaps SIDE      JSON lines of the gaps that the SBC (peer) or the media processor (cloud) saw

PNI_SBC=203.0.113.64
PNI_MEDIA=198.18.1.10

pni_host_ip() { # SIDE LINK host|router
  local n=0
  [ "$1" = cloud ] && n=4
  [ "$2" = b ] && n=$((n + 2))
  [ "$3" = router ] && n=$((n + 1))
  echo "172.30.0.$n"
}

pni_host() { # NAMESPACE SIDE ADDRESS
  local link router ns
  ns=$(pni_ns "$1")
  ip -n "$ns" addr add "$3/32" dev lo
  for link in "${PNI_LINKS[@]}"; do
    router=$(pni_ns "$2-$link")
    ip -n "$ns" link add "to$link" type veth peer name host netns "$router" || return 1
    ip -n "$ns" addr add "$(pni_host_ip "$2" "$link" host)/31" dev "to$link"
    ip -n "$router" addr add "$(pni_host_ip "$2" "$link" router)/31" dev host
    ip -n "$ns" link set "to$link" up
    ip -n "$router" link set host up
    ip -n "$router" route add "$3/32" via "$(pni_host_ip "$2" "$link" host)"
    ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1
  done
}

# The host's BIRD takes routes from both routers of its side and prefers those of link a.
pni_host_bird() { # NAMESPACE SIDE ADDRESS ASN
  local link
  {
    echo "router id $3;"
    echo "protocol device { }"
    echo "protocol direct { ipv4; interface \"to*\"; }"
    echo "protocol kernel { ipv4 { export filter { krt_prefsrc = $3; if source = RTS_BGP then accept; reject; }; }; }"
    for link in "${PNI_LINKS[@]}"; do
      cat <<END
protocol bgp from_$link {
  local $(pni_host_ip "$2" "$link" host) as $4;
  neighbor $(pni_host_ip "$2" "$link" router) as $4;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import filter { bgp_local_pref = $([ "$link" = a ] && echo 200 || echo 100); accept; }; export none; };
}
END
    done
  } >"$LAB_DIR/bird-$1.conf"
  pni_start "$1" "bird-$1" bird -f -c "$LAB_DIR/bird-$1.conf" -s "$LAB_DIR/bird-$1.ctl" -P "$LAB_DIR/bird-$1.pid"
  lab_wait 5 test -S "$LAB_DIR/bird-$1.ctl"
}

# What the routers are told about their host: FRR by vtysh, the cloud's BIRD by its hosts file.
pni_router_of_host() { # SIDE LINK
  local host
  host=$(pni_host_ip "$1" "$2" host)
  if [ "$1" = peer ]; then
    pni_vtysh "$2" -c conf -c "router bgp $PNI_PEER_ASN" -c "neighbor $host remote-as $PNI_PEER_ASN" \
      -c "neighbor $host timers connect 1" -c "neighbor $host advertisement-interval 0" \
      -c 'address-family ipv4 unicast' -c "neighbor $host next-hop-self"
    return
  fi
  cat >"$LAB_DIR/bird-cloud-$2.hosts" <<END
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
protocol bgp media {
  local $(pni_host_ip cloud "$2" router) as $PNI_CLOUD_ASN;
  neighbor $host as $PNI_CLOUD_ASN;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import none; next hop self; export where proto = "edge"; };
}
END
  pni_birdc "cloud-$2" configure
}

pni_voice() { # CALLS
  local link
  pni_host sbc peer $PNI_SBC && pni_host media cloud $PNI_MEDIA || return 1
  for link in "${PNI_LINKS[@]}"; do pni_router_of_host peer "$link" && pni_router_of_host cloud "$link" || return 1; done
  pni_host_bird sbc peer $PNI_SBC $PNI_PEER_ASN && pni_host_bird media cloud $PNI_MEDIA $PNI_CLOUD_ASN || return 1
  lab_wait 20 pni_hosts_have_routes || return 1
  local tool
  tool=$(dirname "${BASH_SOURCE[0]}")/voice.py
  pni_start sbc voice-peer "$tool" $PNI_SBC $PNI_MEDIA "$1" "$LAB_DIR/gaps-peer"
  pni_start media voice-cloud "$tool" $PNI_MEDIA $PNI_SBC "$1" "$LAB_DIR/gaps-cloud"
}
pni_hosts_have_routes() {
  local out
  for out in "$(pni_birdc sbc show route for $PNI_MEDIA)" "$(pni_birdc media show route for $PNI_SBC)"; do
    [ "$(grep -c 'from_[ab]' <<<"$out")" -eq 2 ] || return 1
  done
}
pni_voice_gaps() { cat "$LAB_DIR/gaps-$1"; }
