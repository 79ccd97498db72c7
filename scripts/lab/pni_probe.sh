#!/usr/bin/env bash
# Who looks at the interconnect (part of pni.sh): captures of every tap, a contract whose ports are the
# taps, a probe and a control plane on it.

PNI_DIRECTIONS=(peer_to_msft msft_to_peer)

# FOLDER/LINK.MEMBER.DIRECTION.pcap of every tap, until lab_stop of "capture-LINK.MEMBER.DIRECTION"
pni_captures() {
  local link m direction lane
  for link in "${PNI_LINKS[@]}"; do
    for m in 0 1; do
      for direction in "${PNI_DIRECTIONS[@]}"; do
        lane=pni-$link.$m.$direction
        pni_start fabric "capture-$lane" tcpdump -Z root --immediate-mode -U -Q in -i "$(pni_tap "$link" $m $direction)" -w "$1/$lane.pcap"
        lab_wait 5 test -s "$1/$lane.pcap" || return 1
      done
    done
  done
}
pni_captures_end() {
  local name
  for name in "${!LAB_PID[@]}"; do case $name in capture-*) lab_stop "$name" INT ;; esac done
}

# Who may originate what, as of now: the lab's own registries
pni_snapshots() {
  printf 'ASN,IP Prefix,Max Length,Trust Anchor\nAS%s,%s,24,lab\nAS%s,%s,48,lab\n' "$PNI_PEER_ASN" "$PNI_REGISTERED" "$PNI_PEER_ASN" "$PNI_REGISTERED6" >"$LAB_DIR/vrps.csv"
  printf 'route: %s\norigin: AS%s\nsource: LAB\n\nroute6: %s\norigin: AS%s\nsource: LAB\n' "$PNI_REGISTERED" "$PNI_PEER_ASN" "$PNI_REGISTERED6" "$PNI_PEER_ASN" >"$LAB_DIR/objects.txt"
}

# The contract, ports being KIND: tap (live) or pcap (the captures beside it)
pni_contract() { # KIND [MORE...]
  local link m n=0 name members port direction
  pni_snapshots
  cat <<END
peering = { name = "lab"; type = "voice"; profile = "maps-2024-10"; };
peer = { asn = $PNI_PEER_ASN; max_prefixes_v4 = 20000; max_prefixes_v6 = 50; };
cloud = { asns = [$PNI_CLOUD_ASN, 8069, 8068]; };
data = { special = "$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/data/lab-registries.txt"; rpki = "vrps.csv"; irr = "objects.txt"; };
sites = ( { name = "ams1"; metro = "Amsterdam"; } );
registered = ( { prefix = "$PNI_REGISTERED"; activated = true; origin = $PNI_PEER_ASN; primary = "ams1"; } );
END
  for link in "${PNI_LINKS[@]}"; do
    name=pni-$link members=""
    for m in 0 1; do
      members+="${members:+, }{ speed = \"10G\";"
      for direction in "${PNI_DIRECTIONS[@]}"; do
        port=pcap:$name.$m.$direction.pcap
        [ "$1" = tap ] && port="net_af_packet$n,iface=$(pni_tap "$link" $m $direction),blocksz=1048576,framesz=2048,framecnt=8192,qpairs=1"
        members+=" $direction = \"$port\";"
        n=$((n + 1))
      done
      members+=" }"
    done
    cat <<END
$([ "$link" = a ] && echo "links = (" || echo ",") { name = "$name"; site = "ams1"; role = "$([ "$link" = a ] && echo primary || echo redundant)";
    bandwidth = "20G"; tap = { kind = "optical"; probe = "ams1-p1"; }; members = ( $members );
    sessions = ( { name = "$name-v4"; peer = "${PNI_PEER_IP[$link]}"; cloud = "${PNI_CLOUD_IP[$link]}"; bfd = "required"; } ); }
END
  done
  echo ");"
  shift
  printf '%s\n' "$@"
}

# A probe and a control plane on the taps, in a Redis of their own; BUILD holds the programs, $PNI_MORE
# lines of the contract.
pni_watch() { # BUILD
  redis_start || return 1
  pni_contract tap "${PNI_MORE:-}" "redis = { server = \"$REDIS\"; interval_ms = 1000; };" >"$LAB_DIR/peering.conf"
  pni_probe_start "$1" || return 1
  lab_start control "$1/pniscope-control" -c "$LAB_DIR/peering.conf"
}
pni_probe_start() { # BUILD
  printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = 20000; spool = "%s"; };\n@include "peering.conf"\n' "$LAB_DIR" >"$LAB_DIR/probe.conf"
  pni_start fabric probe "$1/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 512 --file-prefix "$PNI_ID"
  lab_wait 20 pni_epoch_past 0
}
pni_epoch() { rcli hget 'pni:{ams1}:epoch:ams1-p1' seq; }
pni_epoch_past() { [ "$(pni_epoch)" -gt "$1" ] 2>/dev/null; }
