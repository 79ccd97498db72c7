#!/usr/bin/env bash
# What the lab's daemons say themselves (part of pni.sh), as one JSON object on stdout:
#
#   lacp                    text of ovs-appctl lacp/show, all four bonds
#   macs                    address of each member's end, which is its LLDP chassis
#   LINK.SIDE               SIDE is cloud or peer; one of:
#     .bird                 text of birdc: protocol, bfd, import4, import6 (the Adj-RIB-In)
#     .frr                  neighbor, bfd, received4, received6 (JSON of vtysh; the Adj-RIB-In)
#     .gobgp                neighbor, received4, sent4 (JSON of gobgp); and .bird with bfd (text) beside it

pni_truth() {
  jq -n --rawfile lacp <(pni_appctl lacp/show) --slurpfile macs <(pni_vsctl -f json --columns=name,mac_in_use list interface) \
    --slurpfile a <(pni_truth_link a) --slurpfile b <(pni_truth_link b) \
    '{lacp: $lacp, macs: ($macs[0].data | map({(.[0]): .[1]}) | add), a: $a[0], b: $b[0]}'
}

pni_truth_link() {
  jq -n --slurpfile cloud <("pni_truth_${PNI_CLOUD_ROUTER[$1]}" "cloud-$1") \
    --slurpfile peer <("pni_truth_${PNI_ROUTER[$1]}" "peer-$1") '{cloud: $cloud[0], peer: $peer[0]}'
}

pni_truth_bird() {
  jq -n --rawfile protocol <(pni_birdc "$1" show protocols all edge) --rawfile bfd <(pni_birdc "$1" show bfd sessions) \
    --rawfile import4 <(pni_birdc "$1" show route import table edge.ipv4 all) \
    --rawfile import6 <(pni_birdc "$1" show route import table edge.ipv6 all) \
    '{bird: {$protocol, $bfd, $import4, $import6}}'
}

pni_truth_frr() {
  local far
  far=$(pni_ip_of "$(pni_far_of "$1")")
  jq -n --slurpfile neighbor <(pni_vtysh "$1" -c "show bgp neighbors $far json") \
    --slurpfile bfd <(pni_vtysh "$1" -c 'show bfd peers json') \
    --slurpfile received4 <(pni_vtysh "$1" -c 'show bgp ipv4 unicast json detail') \
    --slurpfile received6 <(pni_vtysh "$1" -c 'show bgp ipv6 unicast json detail') \
    '{frr: {neighbor: $neighbor[0], bfd: $bfd[0], received4: $received4[0], received6: $received6[0]}}'
}

pni_truth_gobgp() {
  local far
  far=$(pni_ip_of "$(pni_far_of "$1")")
  jq -n --slurpfile neighbor <(pni_gobgpc "$1" neighbor "$far" -j) \
    --slurpfile received4 <(pni_gobgpc "$1" neighbor "$far" adj-in -j) \
    --slurpfile sent4 <(pni_gobgpc "$1" neighbor "$far" adj-out -j) \
    --rawfile bfd <(pni_birdc "$1" show bfd sessions) \
    '{gobgp: {neighbor: $neighbor[0], received4: $received4[0], sent4: $sent4[0]}, bird: {$bfd}}'
}
