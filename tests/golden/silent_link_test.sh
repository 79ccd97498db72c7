#!/usr/bin/env bash
# A link that stops forwarding without a word is one story, each step at the time that the standards'
# timers give it, and nothing else on the other link.
set -u
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
build=${BUILD:-build}
tests/golden/silent_link.py "$dir" || exit 1
"$build/pniscope" analyze -c "$dir/peering.conf" --json >"$dir/result.json" || exit 1
tests/golden/compare_story.py "$dir/truth.json" "$dir/result.json" || exit 1
bfd() { jq -e ".links[] | select(.name == \"$1\") | .bfd_sessions[0] | $2" "$dir/result.json" >/dev/null; }
bfd pni-a '.bgp_followed == 1 and .bgp_stayed == 0 and .flaps == 1 and .down_first == "msft" and .down_diag == 1 and .ordered' ||
  { echo "WRONG  the coupling of BFD and BGP"; exit 1; }
bfd pni-b '.flaps == 0 and .peer_gap_max_us < 300000' || { echo "WRONG  BFD of the other link"; exit 1; }
# all of it is over: nothing between the routers stands
[ "$(jq '[.findings[] | select(.kind | test("^(lacp|bfd|bgp|link)[.]"))] | length' "$dir/result.json")" = 0 ] ||
  { echo "WRONG  a finding stands after the end"; exit 1; }
"$build/pniscope" analyze -c "$dir/peering.conf" | grep -q 'First traffic of pni-a stopped (no packet peer_to_msft), side peer.' ||
  { echo "WRONG  the text lacks the story"; exit 1; }
