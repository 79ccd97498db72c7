#!/usr/bin/env bash
# A link that stops forwarding silently, on the interconnect of real routers with calls across it: BFD,
# BGP and LACP say it in this order on the probe's clock, with the right side and the right time, the
# calls move to the other link, findings open and close. The fault is made by the lab and the gap
# measured by the calls' receivers: no clock of ours is the yardstick.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/../../scripts/lib-test.sh"
# shellcheck source=/dev/null
. "$here/../../scripts/lab/pni.sh"
build=${BUILD:-$here/../../build}
calls=5

lab_begin pni-story
# shellcheck disable=SC2034
PNI_ROUTER=([a]=frr [b]=frr)
pni_up || exit 1
pni_voice $calls >"$LAB_DIR/voice.log" || exit 1
pni_watch "$build" || exit 1
cli() { "$build/pniscope" -r "$REDIS" --site ams1 --json "$@"; }

# What the probe measured of voice on a link: packets each way in the last interval's class counters.
voice_packets() { echo $(($(rcli hget "pni:{ams1}:link:$1:class:rtp" packets_peer_to_msft) + 0)); }
voice_on() { # LINK: its count goes on growing
  local before
  before=$(voice_packets "$1")
  sleep 1.5
  [ "$(voice_packets "$1")" -gt $((before + calls * 25)) ]
}
check "the calls run over pni-a" lab_wait 15 voice_on pni-a
settled() { [ "$(rcli hget 'pni:{ams1}:session:pni-a-v4' state)" = established ] && [ "$(rcli hget 'pni:{ams1}:bfd:pni-a-v4' state)" = up ]; }
check "BGP and BFD of pni-a are up" lab_wait 10 settled

now_us() { date +%s%6N; }
# the first event of a kind about a subject from a time on, as TS_US SIDE
event_after() { # KIND SUBJECT SINCE_US
  cli events | jq -r --arg kind "$1" --arg subject "$2" --argjson since "$3" \
    '[.. | objects | select(.name? == $kind and .subject? == $subject and .ts_us >= $since)] | sort_by(.ts_us) | .[0] // empty | "\(.ts_us) \(.side)"'
}
happened() { [ -n "$(event_after "$@")" ]; }

fault_us=$(now_us)
pni_fault silent
made_us=$(now_us)
lab_wait 10 happened lacp.member.down member:pni-a:1 "$fault_us" || { cli events | head -c 3000; exit 1; }
read -r bfd_us bfd_side <<<"$(event_after bfd.down bfd:pni-a-v4 "$fault_us")"
read -r bgp_us _ <<<"$(event_after bgp.session.down session:pni-a-v4 "$fault_us")"
read -r lacp_us lacp_side <<<"$(event_after lacp.member.down member:pni-a:0 "$fault_us")"
echo "fault at 0..$((made_us - fault_us)) us: BFD down $((bfd_us - fault_us)), BGP down $((bgp_us - fault_us)), LACP out $((lacp_us - fault_us))"

# 900 ms of detection begin with the last packet heard, at most 300 ms before the fault
check "BFD is down within its detection time" at_least $((bfd_us - fault_us)) 600000
check "and not much later" at_most $((bfd_us - made_us)) 1300000
check "the cloud said it first: it no longer hears the peer" [ "$bfd_side" = msft ]
# one cause at the cloud's router, two messages: a few ms apart either way
check "BGP goes with BFD" at_least $((bgp_us - bfd_us + 5000)) 0
check "within a second" at_most $((bgp_us - bfd_us + 5000)) 1000000
# the last LACPDU passed up to a second before
check "LACP is last, after its 3 s" at_least $((lacp_us - fault_us)) 1900000
check "and names the side that hears nothing" [ "$lacp_side" = msft ]

gap_of_calls() { [ "$(pni_voice_gaps cloud | jq -s --argjson since $((fault_us - 100000)) '[.[] | select(.from_us >= $since)] | length')" -ge $calls ]; }
check "every call has a gap" lab_wait 10 gap_of_calls
longest=$(pni_voice_gaps cloud | jq -s --argjson since $((fault_us - 100000)) '[.[] | select(.from_us >= $since) | .until_us - .from_us] | max')
echo "voice was away for $longest us"
check "voice is back when BGP has moved it, not before BFD saw it" at_least $((longest + 100000)) $((bfd_us - fault_us - 300000))
check "the calls run over pni-b" lab_wait 15 voice_on pni-b

open_finding() { # KIND SUBJECT
  cli findings | jq -e --arg kind "$1" --arg subject "$2" \
    '[.. | objects | select(.kind? == $kind and .subject? == $subject)] | length > 0'
}
no_finding() { ! open_finding "$@"; }
wrong=("bfd.down bfd:pni-a-v4" "bgp.session.down session:pni-a-v4" "link.degraded link:pni-a")
for finding in "${wrong[@]}"; do
  # shellcheck disable=SC2086
  check "an open finding: $finding" lab_wait 10 open_finding $finding
done
story() { "$build/pniscope" -r "$REDIS" --site ams1 why link:pni-a; }
told() { story | grep -q "$1"; }
check "why begins with BFD, on the side that no longer hears" told '^First BFD pni-a-v4 went down.*side msft'
check "why goes on with BGP and LACP" lab_wait 10 told 'lacp.member.down'
story
pni_heal silent
lab_wait 15 pni_bgp_is_up && lab_wait 15 pni_bfd_is_up || exit 1
for finding in "${wrong[@]}"; do
  # shellcheck disable=SC2086
  check "closed when it has healed: $finding" lab_wait 20 no_finding $finding
done
check "the calls are back on pni-a" lab_wait 15 voice_on pni-a
# the fault is behind the tap, which saw every packet of the calls: on one link, then on the other
untold() { ! told "$1"; }
check "no gap of voice is claimed, neither when it moved nor when it came back" untold 'voice.gap'
check_end
