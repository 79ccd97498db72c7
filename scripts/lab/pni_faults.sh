#!/usr/bin/env bash
# What can go wrong on the interconnect (part of pni.sh). pni_fault NAME [LINK] makes it happen,
# pni_heal NAME [LINK] ends it; LINK is a unless said. Routing faults work on link a's FRR.

# name|what happens; the rows with a heal of their own say so
pni_faults() {
  cat <<'END'
bgp-reset|a router clears its session (Cease, administrative reset): FRR, or the cloud's where the peer has GoBGP
bfd-down|the peer's BFD packets are lost behind the tap, until healed
member-loss|the far end of member 1 goes down, until healed
silent|all that the peer sends is lost behind the taps, interfaces stay up, until healed
same-lacp-system|both links' peer sides use one LACP system identifier, until healed
md5|both ends protect the session with TCP-MD5, until healed
prepend|the peer prepends its AS twice to what it registered, until healed
no-community|registered prefixes lose 8075:8007, until healed
10k-prefixes|the peer announces 10 000 more prefixes
withdraw-third|every third of them is withdrawn
withdraw-rest|the others are withdrawn too
attribute-storm|the cloud announces 1000 prefixes, each with other attributes, and changes them twice
END
}

pni_fault() {
  local link=${2:-a}
  case $1 in
    bgp-reset) pni_reset "$link" ;;
    bfd-down) pni_lose "$link" bfd ;;
    member-loss) ip -n "$(pni_ns fabric)" link set "${link}1c" down ;;
    silent) pni_lose "$link" all ;;
    same-lacp-system) pni_lacp_systems 02:00:00:00:ee:01 02:00:00:00:ee:01 ;;
    md5) pni_md5 "$link" secret ;;
    prepend) pni_registered_out "set as-path prepend $PNI_PEER_ASN $PNI_PEER_ASN" ;;
    no-community) pni_registered_out "no set community" ;;
    10k-prefixes) pni_networks "" 1 ;;
    withdraw-third) pni_networks "no " "n % 3 == 0" ;;
    withdraw-rest) pni_networks "no " "n % 3 != 0" ;;
    attribute-storm) pni_storm "$link" ;;
    *)
      echo "no such fault: $1; there are:" >&2
      pni_faults >&2
      return 2
      ;;
  esac
}

pni_heal() {
  local link=${2:-a}
  case $1 in
    bfd-down | silent) pni_find "$link" ;;
    member-loss) ip -n "$(pni_ns fabric)" link set "${link}1c" up ;;
    same-lacp-system) pni_lacp_systems "" "" ;;
    md5) pni_md5 "$link" "" ;;
    prepend) pni_registered_out "no set as-path prepend" ;;
    no-community) pni_registered_out "set community 8075:8007" ;;
    attribute-storm) pni_storm_ends "$link" ;;
  esac
}

pni_reset() {
  case ${PNI_ROUTER[$1]} in
    frr) pni_vtysh "$1" -c 'clear bgp *' ;;
    gobgp) pni_birdc "cloud-$1" restart edge ;; # GoBGP would wait 30 s after a reset of its own
  esac
}

# Both routers of both links say again what they announce, in sessions that stay up.
pni_refresh() {
  local link
  pni_vtysh a -c 'clear bgp * soft out'
  pni_vtysh a -c 'clear bgp ipv6 unicast * soft out'
  pni_gobgpc b neighbor "${PNI_CLOUD_IP[b]}" softresetout
  for link in "${PNI_LINKS[@]}"; do pni_birdc "cloud-$link" reload out edge; done
}

# Into the hole, behind the mirror (a second filter: the first one lets the frame go on).
pni_lose() { # LINK all|bfd
  local m match=(match u32 0 0)
  [ "$2" = bfd ] && match=(match ip protocol 17 0xff match ip dport 3784 0xffff)
  for m in 0 1; do
    pni_in fabric tc filter add dev "$1${m}p" egress protocol "$([ "$2" = bfd ] && echo ip || echo all)" \
      pref 2 u32 "${match[@]}" action mirred egress redirect dev hole
  done
}
pni_find() {
  local m
  for m in 0 1; do pni_in fabric tc filter del dev "$1${m}p" egress pref 2; done
}

pni_lacp_systems() { # A B: of the peer's sides; empty: each its own
  local n=0 link system
  for link in "${PNI_LINKS[@]}"; do
    n=$((n + 1))
    system=${!n}
    if [ -n "$system" ]; then
      pni_vsctl set port "lag${link}p" "other_config:lacp-system-id=\"$system\""
    else
      pni_vsctl remove port "lag${link}p" other_config lacp-system-id
    fi
  done
}

pni_md5() { # LINK SECRET: FRR and BIRD; the session starts again
  if [ -n "$2" ]; then
    echo "password \"$2\";" >"$LAB_DIR/bird-cloud-$1.more"
    pni_vtysh "$1" -c conf -c "router bgp $PNI_PEER_ASN" -c "neighbor ${PNI_CLOUD_IP[$1]} password $2"
  else
    : >"$LAB_DIR/bird-cloud-$1.more"
    pni_vtysh "$1" -c conf -c "router bgp $PNI_PEER_ASN" -c "no neighbor ${PNI_CLOUD_IP[$1]} password"
  fi
  pni_birdc "cloud-$1" configure
}

pni_registered_out() { # COMMAND in the route-map entry of what is registered
  pni_vtysh a -c conf -c 'route-map OUT permit 20' -c "$1" && pni_vtysh a -c 'clear bgp * soft out'
}

# 10.0.0.0/24 … 10.39.15.0/24, those whose number n meets a condition
pni_networks() { # PREFIX_OF_THE_COMMAND CONDITION
  local file
  file=$(pni_frr_dir a)/networks
  {
    echo "router bgp $PNI_PEER_ASN"
    echo " address-family ipv4 unicast"
    awk -v no="$1" "BEGIN { for (n = 0; n < 10000; n++) if ($2) printf \"  %snetwork 10.%d.%d.0/24\\n\", no, n / 256, n % 256 }"
  } >"$file"
  pni_vtysh a -f "$file"
}

# What the storm sends is arithmetic of the prefix' number and the round.
pni_storm_routes() { # ROUND
  seq 0 999 | awk -v r="$1" 'BEGIN { split("ORIGIN_EGP ORIGIN_INCOMPLETE", origin); origin[0] = "ORIGIN_IGP" } {
    n = ($1 * 7 + r * 13) % 1000
    printf "route 198.18.%d.%d/32 blackhole { bgp_med = %d; bgp_origin = %s;", $1 / 256, $1 % 256, n, origin[n % 3]
    for (i = 0; i < n % 9; i++) printf " bgp_community.add((8075,%d));", n + i
    for (i = 0; i < n % 5; i++) printf " bgp_large_community.add((8075,%d,%d));", n, i
    for (i = 0; i < n % 3; i++) printf " bgp_ext_community.add((rt,%d,%d));", 8075, n + i
    for (i = 0; i < n % 4; i++) printf " bgp_path.prepend(%d);", 65536 * (n % 2) + 8069 - i
    print " };"
  }'
}
pni_storm() {
  local round
  for round in 1 2 3; do
    { echo "protocol static storm { ipv4;" && pni_storm_routes $round && echo "}"; } >"$LAB_DIR/bird-cloud-$1.storm"
    pni_birdc "cloud-$1" configure
  done
}
pni_storm_ends() {
  : >"$LAB_DIR/bird-cloud-$1.storm"
  pni_birdc "cloud-$1" configure
}
