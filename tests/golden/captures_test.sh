#!/usr/bin/env bash
# Real captures against what other programs say of them: every one is read, packets and flows equal
# tshark's, classes agree with nDPI's, messages counted as tshark counts them, and the build with sanitizers has nothing to report.
set -u
cd "$(dirname "$0")/../.." || exit 2
captures=${PNISCOPE_CAPTURES:-../shared/captures}
if [ ! -r "$captures/truth/flows.tsv" ]; then
  echo "skipped: no captures (PNISCOPE_CAPTURES)"
  exit 77
fi
tests/golden/compare_truth.py build/pniscope "$captures" || exit 1
tests/golden/compare_protocols.py build/pniscope "$captures" || exit 1
tests/golden/compare_rtp.py build/pniscope "$captures" || exit 1
tests/golden/compare_peering.py build/pniscope "$captures" || exit 1
tests/golden/compare_calls.py build/pniscope "$captures" || exit 1
tests/golden/compare_tcp.py build/pniscope "$captures" || exit 1
# what fuzzers of other routing daemons found, and their seeds
for target in bgp bgp_connection mrt bmp; do
  [ -x "build-debug/fuzz/${target}_replay" ] || continue
  find "$captures/messages" -path '*corpi*' -type f -print0 |
    xargs -0 "build-debug/fuzz/${target}_replay" || exit 1
done
# malformed SIP, SDP, STUN, RTP and RTCP of other projects, and RFC 4475's torture messages, alone and as one talk
replay() { # TARGET FOLDER...
  local target=build-debug/fuzz/$1_replay
  shift
  [ ! -x "$target" ] || (cd "$captures/messages" && find "$@" -type f -print0) | sed -z "s|^|$captures/messages/|" | xargs -0 "$target"
}
replay sip rfc4475 pjsip-sip pjsip-sip-dialog || exit 1
replay sdp pjsip-sdp || exit 1
replay stun pjsip-stun || exit 1
replay dns pjsip-dns || exit 1
replay rtp pjsip-rtp pjsip-srtp || exit 1
replay rtcp pjsip-rtcp || exit 1
if [ -x build-debug/fuzz/calls_replay ]; then
  talk=$(mktemp)
  find "$captures"/messages/rfc4475 "$captures"/messages/pjsip-sip* -type f | sort | while read -r file; do
    printf '\004'
    tr -d '\000' <"$file"
    printf '\000'
  done >"$talk"
  build-debug/fuzz/calls_replay "$talk" || exit 1
  rm -f "$talk"
fi
[ -x build-debug/pniscope ] || { echo "skipped: no build-debug/pniscope for the sanitizers"; exit 0; }

# every file that may be a capture, also the broken ones: no report, no signal
bad=0 files=0 log=$(mktemp)
trap 'rm -f "$log"' EXIT
while IFS= read -r -d '' file; do
  files=$((files + 1))
  build-debug/pniscope analyze --json --flows "$file" >/dev/null 2>"$log"
  status=$?
  if { [ $status -ne 0 ] && [ $status -ne 2 ]; } || grep -qE 'Sanitizer|runtime error' "$log"; then
    echo "WRONG  $file: exit $status"
    tail -n 5 "$log"
    bad=1
  elif [ $status -eq 2 ] && [ "$(wc -l <"$log")" -ne 1 ]; then
    echo "WRONG  $file: exit 2 wants one line, not:"
    cat "$log"
    bad=1
  fi
done < <(find "$captures" -type f \( -name '*.pcap' -o -name '*.pcapng' -o -name '*.cap' -o -name '*.gz' \) -print0)
echo "sanitizers: $files files"
exit $bad
