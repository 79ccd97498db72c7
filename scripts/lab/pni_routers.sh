#!/usr/bin/env bash
# The routers of the interconnect (part of pni.sh): configurations, start, and when they are up.
# Timers: BGP 3 s / 9 s, BFD 300 ms x 3; sessions come back within two seconds of an error.

PNI_REGISTERED=203.0.113.0/24
PNI_REGISTERED6=2001:db8:100::/48

# An END is a router's namespace, peer-a or cloud-b; a link's name alone is the peer's.
pni_routers() {
  local link
  for link in "${PNI_LINKS[@]}"; do
    pni_router "peer-$link" "${PNI_ROUTER[$link]}" && pni_router "cloud-$link" "${PNI_CLOUD_ROUTER[$link]}" || return 1
  done
}
pni_router() { # END KIND
  case $2 in
    frr) pni_frr "$1" ;;
    gobgp) pni_gobgp "$1" && pni_bird "$1" bfd ;;
    bird) pni_bird "$1" bgp ;;
  esac
}
pni_end_of() { case $1 in *-*) echo "$1" ;; *) echo "peer-$1" ;; esac; }
pni_peer_id() { echo "203.0.113.25$([ "$1" = a ] && echo 1 || echo 2)"; }
pni_cloud_id() { echo "198.18.255.$([ "$1" = a ] && echo 1 || echo 2)"; }
pni_id_of() { case $1 in cloud-*) pni_cloud_id "${1##*-}" ;; *) pni_peer_id "${1##*-}" ;; esac; }
pni_asn_of() { case $1 in cloud-*) echo "$PNI_CLOUD_ASN" ;; *) echo "$PNI_PEER_ASN" ;; esac; }
pni_ip_of() { case $1 in cloud-*) echo "${PNI_CLOUD_IP[${1##*-}]}" ;; *) echo "${PNI_PEER_IP[${1##*-}]}" ;; esac; }
pni_far_of() { case $1 in cloud-*) echo "peer-${1##*-}" ;; *) echo "cloud-${1##*-}" ;; esac; }

# ---- FRR: zebra, bfdd and bgpd with sockets of their own

pni_frr_dir() { echo "$LAB_DIR/frr-$(pni_end_of "$1")"; }
pni_vtysh() { # END ARGS...
  local end
  end=$(pni_end_of "$1")
  shift
  ip netns exec "$(pni_ns "$end")" vtysh --vty_socket "$(pni_frr_dir "$end")" "$@"
}

# What both ends' FRR have of the session
pni_frr_session() { # END
  local far
  far=$(pni_ip_of "$(pni_far_of "$1")")
  cat <<END
 bgp router-id $(pni_id_of "$1")
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor $far remote-as $(pni_asn_of "$(pni_far_of "$1")")
 neighbor $far timers 3 9
 neighbor $far timers connect 1
 neighbor $far advertisement-interval 0
 neighbor $far update-source $(pni_ip_of "$1")
 neighbor $far bfd 3 300 300
END
}

pni_frr_cloud_conf() { # END
  local far
  far=$(pni_ip_of "$(pni_far_of "$1")")
  cat <<END
frr defaults traditional
bgp as-path access-list OWN seq 5 permit ^$
route-map OUT permit 10
 match as-path OWN
router bgp $PNI_CLOUD_ASN
$(pni_frr_session "$1")
 address-family ipv4 unicast
  network 198.18.0.0/16
  network 198.19.0.0/16
  neighbor $far soft-reconfiguration inbound
  neighbor $far route-map OUT out
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:8075::/48
  neighbor $far activate
  neighbor $far soft-reconfiguration inbound
  neighbor $far route-map OUT out
 exit-address-family
END
}

pni_frr_peer_conf() { # END
  local cloud
  cloud=$(pni_ip_of "$(pni_far_of "$1")")
  cat <<END
frr defaults traditional
ip prefix-list LONG seq 5 permit 10.0.0.0/8 ge 9
bgp as-path access-list OWN seq 5 permit ^$
route-map OUT permit 10
 match as-path OWN
 match ip address prefix-list LONG
route-map OUT permit 20
 match as-path OWN
 set community 8075:8007
route-map OUT6 permit 10
 match as-path OWN
router bgp $PNI_PEER_ASN
$(pni_frr_session "$1")
 address-family ipv4 unicast
  network $PNI_REGISTERED
  neighbor $cloud soft-reconfiguration inbound
  neighbor $cloud route-map OUT out
 exit-address-family
 address-family ipv6 unicast
  network $PNI_REGISTERED6
  neighbor $cloud activate
  neighbor $cloud soft-reconfiguration inbound
  neighbor $cloud route-map OUT6 out
 exit-address-family
END
}

pni_frr() { # END
  local dir daemon options
  dir=$(pni_frr_dir "$1")
  mkdir -p "$dir"
  "pni_frr_${1%-*}_conf" "$1" >"$dir/frr.conf"
  echo "hostname $(pni_hostname "$1")" >"$dir/own.conf"
  : >"$dir/vtysh.conf"
  chown -R frr:frrvty "$dir"
  for daemon in zebra bfdd bgpd; do
    options=()
    [ $daemon = bgpd ] && options=(--bgp_port 179 -M bmp)
    [ $daemon = bfdd ] && options+=(--bfdctl "$dir/bfdd.sock")
    pni_start "$1" "frr-$1-$daemon" /usr/lib/frr/$daemon -u frr -g frr -A 127.0.0.1 -f "$dir/own.conf" \
      -i "$dir/$daemon.pid" -z "$dir/zserv.api" --vty_socket "$dir" --log stdout "${options[@]}"
    lab_wait 5 test -S "$dir/$daemon.vty" || return 1
  done
  pni_vtysh "$1" -f "$dir/frr.conf" >"$LAB_DIR/frr-$1.log" 2>&1
}

# ---- BIRD: the cloud's router, or BFD alone beside GoBGP

pni_birdc() { # NAMESPACE ARGS...
  local ns=$1
  shift
  birdc -s "$LAB_DIR/bird-$ns.ctl" "$@"
}

pni_bird_conf() { # NAMESPACE bgp|bfd
  local link=${1##*-} bridge
  bridge=br$link$([ "${1%-*}" = peer ] && echo p || echo c)
  cat <<END
router id 198.18.255.$([ "$link" = a ] && echo 1 || echo 2);
timeformat protocol iso long ms;
protocol device { }
protocol bfd { interface "$bridge" { min rx interval 300 ms; min tx interval 300 ms; multiplier 3; };
END
  if [ "$2" = bfd ]; then
    echo "  neighbor $(pni_ip_of "$(pni_far_of "$1")") dev \"$bridge\" local $(pni_ip_of "$1"); }"
    return
  fi
  cat <<END
}
protocol static routes4 { ipv4; route 198.18.0.0/16 blackhole; route 198.19.0.0/16 blackhole; }
protocol static routes6 { ipv6; route 2001:db8:8075::/48 blackhole; }
protocol bgp edge {
  local ${PNI_CLOUD_IP[$link]} as $PNI_CLOUD_ASN;
  neighbor ${PNI_PEER_IP[$link]} as $PNI_PEER_ASN;
  bfd on; hold time 9; keepalive time 3;
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  ipv4 { import table on; import all; export filter {
    if source != RTS_STATIC then reject;
    if proto = "storm" then bgp_med = 100 * bgp_community.len + bgp_large_community.len;
    accept;
  }; };
  ipv6 { import table on; import all; export where source = RTS_STATIC; };
  include "$LAB_DIR/bird-$1.more";
}
include "$LAB_DIR/bird-$1.storm";
include "$LAB_DIR/bird-$1.hosts";
END
}

pni_bird() { # NAMESPACE bgp|bfd
  : >"$LAB_DIR/bird-$1.more"
  : >"$LAB_DIR/bird-$1.storm"
  : >"$LAB_DIR/bird-$1.hosts"
  pni_bird_conf "$1" "$2" >"$LAB_DIR/bird-$1.conf"
  pni_start "$1" "bird-$1" bird -f -c "$LAB_DIR/bird-$1.conf" -s "$LAB_DIR/bird-$1.ctl" -P "$LAB_DIR/bird-$1.pid"
  lab_wait 5 test -S "$LAB_DIR/bird-$1.ctl"
}

pni_hostname() { # END
  case $1 in
    peer-a) echo edge1 ;;
    peer-b) echo edge2 ;;
    *) echo "$1" ;;
  esac
}

# ---- GoBGP: the second peer's router, or one of the cloud's

pni_gobgpc() { # END ARGS...
  local end
  end=$(pni_end_of "$1")
  shift
  ip netns exec "$(pni_ns "$end")" gobgp "$@"
}

pni_gobgp_conf() { # END
  cat <<END
[global.config]
  as = $(pni_asn_of "$1")
  router-id = "$(pni_id_of "$1")"
  local-address-list = ["$(pni_ip_of "$1")"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "$(pni_ip_of "$(pni_far_of "$1")")"
    peer-as = $(pni_asn_of "$(pni_far_of "$1")")
  [neighbors.timers.config]
    hold-time = 9
    keepalive-interval = 3
    connect-retry = 2
    idle-hold-time-after-reset = 1
  [neighbors.transport.config]
    local-address = "$(pni_ip_of "$1")"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
END
}

pni_gobgp() { # END
  pni_gobgp_conf "$1" >"$LAB_DIR/gobgp-$1.toml"
  pni_start "$1" "gobgp-$1" unshare --uts sh -c "hostname $(pni_hostname "$1"); exec gobgpd -f '$LAB_DIR/gobgp-$1.toml'"
  lab_wait 10 pni_gobgpc "$1" global || return 1
  case $1 in
    cloud-*) pni_gobgpc "$1" global rib add 198.18.0.0/16 && pni_gobgpc "$1" global rib add 198.19.0.0/16 ;;
    *) pni_gobgpc "$1" global rib add "$PNI_REGISTERED" community 8075:8007 ;;
  esac
}

# ---- when they are up

pni_lag_is_up() {
  local out
  out=$(pni_appctl lacp/show) || return 1
  [ "$(grep -c 'member: .*: current attached' <<<"$out")" -eq 8 ]
}
pni_bgp_is_up() {
  local link
  for link in "${PNI_LINKS[@]}"; do
    case ${PNI_CLOUD_ROUTER[$link]} in
      bird) pni_birdc "cloud-$link" show protocols edge | grep -q Established ;;
      frr) pni_vtysh "cloud-$link" -c 'show bgp summary json' | jq -e 'all(.ipv4Unicast.peers[]; .state == "Established")' ;;
      gobgp) pni_gobgpc "cloud-$link" neighbor | grep -q Establ ;;
    esac || return 1
  done
}
pni_routes_are_up() { # the registered prefix has arrived
  local link
  for link in "${PNI_LINKS[@]}"; do
    case ${PNI_CLOUD_ROUTER[$link]} in
      bird) pni_birdc "cloud-$link" show route "$PNI_REGISTERED" protocol edge ;;
      frr) pni_vtysh "cloud-$link" -c "show bgp ipv4 unicast $PNI_REGISTERED" ;;
      gobgp) pni_gobgpc "cloud-$link" neighbor "${PNI_PEER_IP[$link]}" adj-in ;;
    esac | grep -q "$PNI_REGISTERED" || return 1
  done
}
pni_bfd_is_up() {
  local link
  for link in "${PNI_LINKS[@]}"; do
    case ${PNI_CLOUD_ROUTER[$link]} in
      frr) pni_vtysh "cloud-$link" -c 'show bfd peers json' | jq -e 'length > 0 and all(.[]; .status == "up")' ;;
      *) pni_birdc "cloud-$link" show bfd sessions | grep -q "${PNI_PEER_IP[$link]} .* Up" ;;
    esac || return 1
  done
}
