#!/usr/bin/env bash
# The bundled interconnect, end to end: eight taps of two links, a probe, a control plane and a Redis,
# all real; a fault made before the viewer's eyes; loss made and located; the same verdicts again from the recording.
# Exit 0 only if every proof held. Nothing is left behind.
. "$(dirname "$0")/lib-test.sh"
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
seconds=${DEMO_SECONDS:-40} fault_at=15
proofs=0 failed=0

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }
prove() { # TEXT CMD...: a proof holds when CMD succeeds
  local text=$1
  shift
  proofs=$((proofs + 1))
  if "$@" >"$LAB_DIR/proof.out" 2>&1; then
    printf '  \033[32mproved\033[0m  %s\n' "$text"
  else
    printf '  \033[31mFAILED\033[0m  %s\n' "$text"
    sed 's/^/          /' "$LAB_DIR/proof.out"
    failed=$((failed + 1))
  fi
}
cli() { "$build/pniscope" -r "$REDIS" --site ams1 "$@"; }

lab_begin demo
redis_start
net_begin
sc=$LAB_DIR/recording

say "1. An interconnect: AS 64496 and the cloud, two links of two members, every member tapped in both directions"
python3 "$top/tests/golden/scenario.py" "$sc" --seconds "$seconds" --undeclared-at $fault_at --calls 20 || exit 1
note "20 SRTP calls, SIP over TLS, STUN, subscribers' DNS, HTTPS, QUIC and NTP, LACP, BFD, BGP; $seconds s"
note "at second $fault_at a web server appears inside the subnet that the contract gives to SBCs"
taps_begin "$sc" 8192 || exit 1
printf '%s\nredis = { server = "%s"; interval_ms = 1000; };\n' "$TAPS_CONTRACT" "$REDIS" >"$LAB_DIR/peering.conf"
printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = 200000; spool = "%s"; };\n@include "peering.conf"\n' "$LAB_DIR" >"$LAB_DIR/probe.conf"

say "2. A probe (DPDK on eight AF_PACKET ports), a control plane, a Redis: three real processes"
lab_start_net probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 512 --file-prefix "pniscope-demo-$$"
fresh() { [ "$(rcli hget 'pni:{ams1}:epoch:ams1-p1' seq)" -ge 1 ] 2>/dev/null; }
lab_wait 20 fresh || exit 1
lab_start control "$build/pniscope-control" -c "$LAB_DIR/peering.conf"
lab_start_net sender "$build/functional/replay_send" "${TAPS_SEND[@]}"
sent_from=$(date +%s%N)
sleep 8 # let some seconds of traffic pass before the first look
cli status
cli links

say "3. Waiting for the fault (an undeclared class), made at second $fault_at"
open_finding() { cli findings --json | jq -e '[.. | objects | select(.kind? == "class.undeclared" and (.text // "" | test("http")))] | length > 0'; }
if lab_wait $((seconds + 10)) open_finding; then
  took=$(($(date +%s%N) / 1000000 - sent_from / 1000000 - fault_at * 1000))
  note "found $took ms after its first packet was sent"
fi
prove "the undeclared web server is an open finding" open_finding
cli findings

say "4. The probe's counts beside the sender's own"
sender_done() { ! lab_alive sender; }
lab_wait $((seconds + 30)) sender_done || exit 1
head -n 1 "$LAB_DIR/sender.log" >"$LAB_DIR/sent.json"
settle=$(rcli hget 'pni:{ams1}:epoch:ams1-p1' seq)
settled() { [ "$(rcli hget 'pni:{ams1}:epoch:ams1-p1' seq)" -ge $((settle + 3)) ]; }
lab_wait 20 settled || exit 1
cli members
prove "every frame sent was counted or reported lost, and members = classes = subnets of either side = link" \
  python3 "$top/tests/functional/live_check.py" "$REDIS_SOCKET" ams1 "$LAB_DIR/sent.json" "$sc/lanes.json"
note "$(tail -n 1 "$LAB_DIR/proof.out")"
cli subnets
cli classes
silent_finding() { cli findings --json | jq -e '[.. | objects | select(.kind? == "link.silent")] | length >= 2'; }
lab_wait 25 silent_finding
prove "the sender has stopped: both links are found silent" silent_finding

say "5. The audit: every requirement of the programme, with what is proven, what not, and what would prove it"
cli audit
cli audit --json >"$LAB_DIR/live.json"
every_requirement() { [ "$(jq '[.audit[].id] | unique | length' "$LAB_DIR/live.json")" = 36 ]; }
note "one of them in full: an honest \"not proven\" names what would prove it"
cli audit R4
prove "the audit names every requirement (R1-R11, X1-X19, M1-M6)" every_requirement

say "6. The same interconnect from the recording, no Redis and no root needed"
"$build/pniscope" analyze -c "$sc/peering.conf" --json --flows >"$LAB_DIR/recorded.json" || exit 1
# all but M1, which compares with the ports' own counters: a recording has no ports
verdicts() { jq -S '[.audit[] | select(.id != "M1") | {(.id): .verdict}] | add' "$1"; }
same_verdicts() { diff <(verdicts "$LAB_DIR/live.json") <(verdicts "$LAB_DIR/recorded.json"); }
prove "live and recorded verdicts are the same" same_verdicts
recorded_packets() { [ "$(jq .capture.packets "$LAB_DIR/recorded.json")" = "$(jq '[.lanes[][][] | .packets] | add' "$sc/truth.json")" ]; }
prove "the recording's packet count is the generator's" recorded_packets
prove "every flow of the generator is there with its packets each way, and no other" \
  python3 "$top/tests/golden/compare_scenario.py" "$sc/truth.json" "$LAB_DIR/recorded.json"

say "7. A link that stops forwarding without a word: its ports stay up, nothing of the peer arrives over pni-a"
silence=$LAB_DIR/silence
python3 "$top/tests/golden/silent_link.py" "$silence" --at 12 --length 12 --seconds 40 || exit 1
note "40 s of LACP, BFD, BGP and 20 calls; silent from second 12 to 24; the far routers react as the standards say"
turns() { while rcli hget 'pni:{ams1}:probe:ams1-p1' longest_turn_us; do sleep 0.5; done; }
lab_start turns turns
lab_start_net silence "$build/functional/replay_send" "${TAPS_SEND[@]/#$sc/$silence}"
silence_from=$(date +%s%N)
standing() { cli findings --json | jq -e '[.findings[] | select(.state == "open")]
  | (map(select(.kind == "bfd.down" and .subject == "bfd:pni-a-v4" and .side == "peer"))[0].id) as $bfd
  | any(.kind == "bgp.session.down" and .caused_by == $bfd) and (map(select(.kind == "lacp.member.down")) | length == 2)'; }
if lab_wait 30 standing; then
  note "BFD, BGP and both members stood as findings $((($(date +%s%N) - silence_from) / 1000000 - 12000)) ms after the last packet"
fi
prove "BFD, BGP and both members of pni-a are open findings, BGP's caused by BFD's, all on the peer's side" standing
cli findings
healed() { cli findings --json | jq -e '[.findings[] | select(.state == "open" and (.kind | test("^(lacp|bfd|bgp|link)[.]")))] | length == 0'; }
prove "all of them are closed, as the link came back" lab_wait 40 healed
cli why link:pni-a
cli why link:pni-a --json >"$LAB_DIR/why.json"
# a machine that sends or polls late moves the packets themselves: by no more than it says of itself
silence_done() { ! lab_alive silence; }
lab_wait 60 silence_done || exit 1
lab_stop turns
late_us=$(jq .late_us "$LAB_DIR/silence.log") turn_us=$(sort -n "$LAB_DIR/turns.log" | tail -1)
note "of the machine: a frame was sent up to $((late_us / 1000)) ms late, the probe polled after up to $((turn_us / 1000)) ms"
within=$(jq -n "0.25 + ($late_us + $turn_us) / 1e6")
prove "one failure, one story: traffic, BFD, BGP, LACP, each within $within s of the standards' timers" \
  python3 "$top/tests/golden/compare_story.py" "$silence/truth.json" "$LAB_DIR/why.json" "$within"
"$build/pniscope" analyze -c "$silence/peering.conf" --json >"$LAB_DIR/silence.json" || exit 1
prove "the recording tells the same story, to the microsecond" \
  python3 "$top/tests/golden/compare_story.py" "$silence/truth.json" "$LAB_DIR/silence.json"

say "8. Loss that we make, before the tap and after it, and whose side is named"
path_begin 203.0.113.10 52.112.0.20 || exit 1
ip -n "$NETNS-a" route add 52.112.0.0/24 dev a0 && ip -n "$NETNS-b" route add 203.0.113.0/24 dev b0 || exit 1
talk=$top/tests/functional/tcp_talk.py
lab_start server ip netns exec "$NETNS-b" "$talk" serve 5201
lab_wait 10 grep -q listening "$LAB_DIR/server.log" || exit 1
transfer() { # NAME "LINE 1" "LINE 2": two megabytes of real TCP; what the tap saw, as JSON
  lab_start_net tcpdump tcpdump -i m1 -s 120 -B 16384 --immediate-mode -w "$LAB_DIR/$1.pcap" tcp
  lab_wait 10 grep -q "listening on" "$LAB_DIR/tcpdump.log" || return 1
  path_lines 3 "$2" "$3"
  ip netns exec "$NETNS-a" "$talk" send 52.112.0.20 5201 --bytes 2000000 --rate 7000000 --congestion cubic >"$LAB_DIR/$1.tcp"
  path_lines_end "$1"
  lab_stop tcpdump INT
  "$build/pniscope" analyze --json "$LAB_DIR/$1.pcap" >"$LAB_DIR/$1.json" || return 1
  jq -nr --slurpfile j "$LAB_DIR/$1.json" --slurpfile x "$LAB_DIR/$1.1" --slurpfile y "$LAB_DIR/$1.2" '"  lost by the lines: \($x[0].there.lost) before the tap, \($y[0].there.lost) after it; seen at the tap: \($j[0].tcp.lost_before_tap) before, \($j[0].tcp.lost_after_tap) after, of \($j[0].tcp.segments) segments"'
}
named() { # NAME: every segment on its side; one that is lost before the tap twice is one hole
  jq -ne --slurpfile j "$LAB_DIR/$1.json" --slurpfile x "$LAB_DIR/$1.1" --slurpfile y "$LAB_DIR/$1.2" '$j[0].tcp as $t
    | ($x[0].there.lost - $t.lost_before_tap) as $before | ($y[0].there.lost - $t.lost_after_tap) as $after
    | $before >= 0 and $before <= 2 and ($after | fabs) <= 1 and $x[0].there.lost + $y[0].there.lost > 5'
}
transfer after "" "--loss 0.02" || exit 1
prove "what the second line lost was lost after the tap" named after
transfer before "--loss 0.02" "" || exit 1
prove "what the first line lost was lost before the tap" named before

say "9. A clean end of the three processes"
stop_probe() { lab_stop probe TERM; }
stop_control() { lab_stop control TERM; }
prove "the probe stops with exit code 0 and its last epoch written" stop_probe
prove "the control plane stops with exit code 0" stop_control

say "10. Real routers (FRR, BIRD, Open vSwitch) and calls: a link stops forwarding, its interfaces stay up"
story() {
  "$top/tests/functional/pni_story_test.sh"
  [ $? -ne 77 ] || { echo "no lab of routers here: scripts/lab-pni.sh says why" && return 1; }
}
prove "BFD, BGP, LACP and voice tell one failure, each with its side and the lab's own times" story
grep -E '^(fault at|voice was away)' "$LAB_DIR/proof.out" | sed 's/^/  /'
sed -n '/^pni-a at/,/^findings/p' "$LAB_DIR/proof.out" | sed '$d' | cut -c1-150 | sed 's/^/  /'

say "$((proofs - failed)) of $proofs proofs held"
[ $failed -eq 0 ]
