#!/usr/bin/env bash
# The bundled interconnect through `analyze`: every figure equals the generator's arithmetic, read from
# the contract's ports and again as one mirror port, with and without gzip.
set -u
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tests/golden/scenario.py "$dir" --seconds 40 --undeclared-at 20 || exit 1

build/pniscope analyze -c "$dir/peering.conf" --json --flows >"$dir/ports.json" || exit 1
tests/golden/compare_scenario.py "$dir/truth.json" "$dir/ports.json" || exit 1
jq -e '[.links[].bfd_sessions[].state] == ["up", "up"]' "$dir/ports.json" >/dev/null ||
  { echo "WRONG  the routers' BFD is not up on both links"; exit 1; }

# the same frames as one port that carries both directions: same classes, same verdicts but those on
# LACP, whose frames have no direction where addresses tell it, and on each link's share (R8)
gzip -k "$dir"/pni-a.0.*.pcap
build/pniscope analyze -c "$dir/peering.conf" --json "$dir"/pni-a.0.*.pcap.gz "$dir"/pni-a.1.*.pcap \
  "$dir"/pni-b.*.pcap >"$dir/mirror.json" || exit 1
for what in '.classes' '.capture | [.packets, .bytes, .first_us, .last_us]' \
  '[.audit[] | select(.id | IN("R6", "R8", "R9", "R11") | not) | [.id, .verdict]]' \
  '[.findings[] | [.kind, .subject]]'; do
  if ! diff <(jq -c "$what" "$dir/ports.json") <(jq -c "$what" "$dir/mirror.json"); then
    echo "WRONG  ports and mirror differ in $what"
    exit 1
  fi
done

# JSON Lines hold the same flows; an existing capture is never taken for the output
before=$(sha256sum "$dir/pni-a.0.peer_to_msft.pcap")
build/pniscope analyze --json --flows "$dir/pni-a.0.peer_to_msft.pcap" >"$dir/inside.json" || exit 1
build/pniscope analyze --json --flows "$dir/flows.jsonl" "$dir/pni-a.0.peer_to_msft.pcap" >"$dir/outside.json" || exit 1
[ "$before" = "$(sha256sum "$dir/pni-a.0.peer_to_msft.pcap")" ] || { echo "WRONG  the capture was written to"; exit 1; }
diff <(jq -c '.flows.list[]' "$dir/inside.json") <(jq -c . "$dir/flows.jsonl") >/dev/null ||
  { echo "WRONG  flows inside and as lines differ"; exit 1; }
[ "$(jq '.flows.list | length' "$dir/outside.json")" = 0 ] || { echo "WRONG  flows twice"; exit 1; }
echo "ports, mirror and gzip agree"
