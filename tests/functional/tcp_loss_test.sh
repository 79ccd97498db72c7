#!/usr/bin/env bash
# Real TCP of Linux over a path that loses, tapped in the middle: what net_line says it did to the frames and what the
# sending socket says (TCP_INFO, as `ss -ti` prints it) against what analyze makes of tcpdump's capture, and a live probe of a mirror.
# A sends over the path of lib-test.sh, so "before" is line 1. LOSS_TIMES=10: ten times as much in every run.
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
times=${LOSS_TIMES:-1}
size=$((times * 4000000))
peer=203.0.113.10 cloud=203.0.113.20

for tool in tcpdump jq ethtool tc; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
lab_begin tcp-loss
net_begin
path_begin $peer $cloud && net_pair g0 p0 || exit 1
habit=([5201]="" [5202]="--slow" [5203]="--give $size")
for port in "${!habit[@]}"; do
  # shellcheck disable=SC2086
  lab_start "server-$port" ip netns exec "$NETNS-b" "$here/tcp_talk.py" serve "$port" ${habit[port]}
  lab_wait 10 grep -q listening "$LAB_DIR/server-$port.log" || exit 1
done
in_a() { ip netns exec "$NETNS-a" "$@"; }

# PORT: the contract with the tap on this port: A is the peer, B the cloud; it shows both directions
contract() {
  cat <<CONF
peering = { name = "loss"; type = "isp"; };
peer = { asn = 64496; };
sites = ( { name = "lab"; } );
links = ( { name = "tap"; site = "lab"; role = "primary"; bandwidth = "1G"; tap = { kind = "span"; };
  members = ( { speed = "1G"; both = "$1"; direction = { by = "subnet"; }; } ); } );
subnets = ( { prefix = "$peer/32"; side = "peer"; }, { prefix = "$cloud/32"; side = "msft"; } );
CONF
}
contract pcap:tap.pcap >"$LAB_DIR/peering.conf"

TOO_BUSY=75
# analysed NAME: $LAB_DIR/NAME.json of its capture
analysed() { "$build/pniscope" analyze --json --flows -c "$LAB_DIR/peering.conf" "$LAB_DIR/$1.pcap" >"$LAB_DIR/$1.json"; }
captured_all() { grep -q '^0 packets dropped by kernel' "$LAB_DIR/$1.log"; }

# run NAME "LINE 1" "LINE 2" PORT [SEND'S OPTIONS]: one connection; $LAB_DIR/NAME.{pcap,1,2,tcp,json}, and NAME-a.json as A's own port saw it
run() {
  local name=$1 before=$2 after=$3 port=$4 tries lost
  shift 4
  for tries in 1 2 3; do
    lab_start_net tcpdump tcpdump -i m1 -s 120 -B 16384 --immediate-mode -w "$LAB_DIR/$name.pcap" tcp port "$port"
    lab_start sender ip netns exec "$NETNS-a" tcpdump -i a0 -s 120 -B 16384 --immediate-mode -w "$LAB_DIR/$name-a.pcap" tcp port "$port"
    lab_wait 10 grep -q "listening on" "$LAB_DIR/tcpdump.log" && lab_wait 10 grep -q "listening on" "$LAB_DIR/sender.log" || return 1
    path_lines $tries "$before" "$after"
    in_a "$here/tcp_talk.py" send $cloud "$port" "$@" >"$LAB_DIR/$name.tcp" || return 1
    path_lines_end "$name" && lost=no || lost=yes
    lab_stop tcpdump INT
    lab_stop sender INT
    if [ $lost = no ] && captured_all tcpdump && captured_all sender; then
      analysed "$name" && analysed "$name-a"
      return
    fi
    echo "again: the kernel dropped frames of its own"
  done
  return $TOO_BUSY
}

# proven NAME ...: run, told as a check. False where there is nothing to compare: it did not run, or the machine was too busy for its
# frames to be counted, which is the fault of nothing that is tested here.
proven() {
  run "$@"
  local code=$?
  if [ $code = $TOO_BUSY ]; then
    echo "skipped: $1: the kernel dropped frames in every try"
    return 1
  fi
  check "$1 ran" [ $code = 0 ]
  return $code
}

# figures NAME: side by side, one JSON object
figures() {
  jq -nc --slurpfile j "$LAB_DIR/$1.json" --slurpfile l1 "$LAB_DIR/$1.1" --slurpfile l2 "$LAB_DIR/$1.2" --slurpfile t "$LAB_DIR/$1.tcp" '
    $j[0].tcp as $tcp | [$j[0].latency[] | select(.scope == "link:tap" and (.method | startswith("tcp")))] as $rtt
    | [$j[0].loss[] | select(.scope == "link:tap" and .side == "peer")][0] as $loss
    | {sent: $t[0].sent, goodput: $loss.goodput_bytes} + ($tcp | {before: .lost_before_tap, after: .lost_after_tap, lost_unsided, retransmissions, out_of_order, spurious, unseen})
    + {truth_before: $l1[0].there.lost, truth_after: $l2[0].there.lost, overtaken: $l1[0].there.overtaken,
       data_before: $l1[0].there.data, data_after: $l2[0].there.data,
       socket_retransmits: $t[0].retransmits, socket_min_rtt_us: $t[0].min_rtt_us,
       halves_min_us: ([["peer", "msft"][] as $side | [$rtt[] | select(.side == $side) | .min_us] | min] | add)}'
}

holds() { [ -n "$figures" ] && jq -e "$1" <<<"$figures" >/dev/null; } # EXPRESSION over $figures

# judge NAME: loss on the right side, and as much of it as there was. Before the tap that is the share of originals: a segment that
# is lost there twice is one hole. After it, of all that passed.
# In short runs one segment is more than 5 %.
judge() {
  figures=$(figures "$1")
  echo "$1: $figures"
  check "$1: side named right in 99.5 % of the lost" holds '
    (if .truth_before > 0 and .truth_after > 0 then 0 elif .truth_before > 0 then .after elif .truth_after > 0 then .before
     else .before + .after end) <= 0.005 * (.truth_before + .truth_after)'
  check "$1: rate of loss before the tap within 5 %" holds '
    (.truth_before / .data_before) as $truth | (.before / (.data_before - .truth_before)) as $ours
    | (($ours - $truth) | fabs) <= ([0.05 * $truth, 1.5 / .data_before] | max)'
  check "$1: loss after the tap within 5 %" holds '((.after - .truth_after) | fabs) <= ([0.05 * .truth_after, 1] | max)'
  check "$1: the tap missed nothing" holds '.unseen == 0'
  check "$1: goodput is what was sent, each byte once, within 0.1 %" holds '((.goodput - .sent) | fabs) <= 0.001 * .sent'
}

# what passed the tap again, as the socket counts it, less those that line 1 lost again
retransmissions_equal() { holds '((.retransmissions - .socket_retransmits) | fabs) <= ([0.01 * .socket_retransmits, 1] | max)'; }

bulk="--bytes $size --rate 7000000"
echo "== loss after the tap, before it, on both sides"
# shellcheck disable=SC2086
if proven after-1 "" "--loss 0.01" 5201 $bulk --congestion cubic; then
  judge after-1
  check "retransmissions as the socket counts them, within 1 %" retransmissions_equal
fi
# shellcheck disable=SC2086
proven before-1 "--loss 0.01" "" 5201 $bulk --congestion reno && judge before-1
# shellcheck disable=SC2086
if proven after-5 "" "--loss 0.05" 5201 $bulk --congestion bbr; then
  judge after-5
  check "retransmissions as the socket counts them, within 1 %" retransmissions_equal
fi
# shellcheck disable=SC2086
proven before-5 "--loss 0.05" "" 5201 $bulk --congestion bbr && judge before-5

# every Nth of small segments, so that there are enough of them; on both sides at once, in a long run on each alone
[ "$times" -gt 1 ] && sides="before after" || sides=both
for every in 1000 10000; do
  for side in $sides; do
    loss=([0]="--loss-every $every" [1]="--loss-every $every")
    [ "$side" = before ] && loss[1]=""
    [ "$side" = after ] && loss[0]=""
    proven "$side-$every" "${loss[0]}" "${loss[1]}" 5201 \
      --bytes $((times * 536 * (every / 2 + 40000))) --rate 12000000 --segment 536 --congestion cubic || continue
    judge "$side-$every"
    check "$side-$every: as many were lost as there must be" holds ".truth_before + .truth_after >= $times * $((40000 / every))"
  done
done

echo "== the halves are the whole, from the first to the last byte"
far=("--delay-us 10000" "--delay-us 15000")
if proven push "${far[@]}" 5201 --bytes $size --rate 2000000 --congestion cubic; then
  figures=$(figures push)
  echo "$figures"
  check "least round trip as the socket has it, within 5 % or 50 us" holds '
    ((.halves_min_us - .socket_min_rtt_us) | fabs) <= ([0.05 * .socket_min_rtt_us, 50] | max)'
fi
least() { # NAME SIDE METHOD
  jq --arg side "$2" --arg method "$3" '[.latency[] | select(.scope == "link:tap" and .side == $side and (.method | startswith($method))) | .min_us] | min' "$LAB_DIR/$1.json"
}
# Least times of two transfers make up the third's only where each had a segment that waited for nobody: lines that are late (a busy
# machine) may have held up all of them in one. Then it is tried again, and where they always were, there is nothing to compare.
halves() { jq -nc "{whole: $(least push-a msft tcp), msft: $(least push msft headline), peer: $(least pull peer headline)}"; }
sum_up='((.msft + .peer - .whole) | fabs) <= 0.02 * .whole and .whole > 50000'
lines_late() { [ "$(jq -s 'map(.late_us) | max' "$LAB_DIR"/{push,pull}.[12])" -gt 1000 ]; } # 2 % of the whole
if proven pull "${far[@]}" 5203 && [ -e "$LAB_DIR/push.json" ]; then
  for try in 1 2 3; do
    figures=$(halves)
    echo "$figures"
    if holds "$sum_up" || ! lines_late || [ $try = 3 ]; then break; fi
    echo "again: a line held frames longer than it should"
    run push "${far[@]}" 5201 --bytes $size --rate 2000000 --congestion cubic && run pull "${far[@]}" 5203 || break
  done
  if ! holds "$sum_up" && lines_late; then
    echo "skipped: the lines were late in every try: the sum of the halves is not compared"
  else
    check "tap to B and tap to A sum up to A to B within 2 %" holds "$sum_up"
  fi
  check "and each is its lines'" holds '.msft > 30000 and .msft < 35000 and .peer > 20000 and .peer < 25000'
fi

echo "== one segment of a hundred is overtaken, none is lost"
# shellcheck disable=SC2086
if proven swap-1 "--swap 0.01 --swap-us 1500" "" 5201 $bulk --congestion cubic; then
  judge swap-1
  check "overtaking is seen" holds '.out_of_order >= 0.8 * .overtaken and .overtaken >= 1'
fi

echo "== a receiver that waits with its acknowledgements stays out of the headline"
if proven delayed "" "" 5202 --messages 40 --every 0.1; then
  figures=$(jq -c '[.latency[] | select(.scope == "link:tap" and .side == "msft") | {key: .method, value: {count, p50_us, p99_us}}] | from_entries' "$LAB_DIR/delayed.json")
  echo "$figures"
  check "it waits, with some at least" holds '."tcp-data" | .p99_us > 30000 and .count >= 10'
  check "the headline does not" holds '.headline | .p50_us < 20000 and .count > 0'
fi

echo "== live: the mirror of the tap, read by a probe"
live() {
  redis_start
  in_net tc qdisc add dev m1 clsact || return 1
  for way in ingress egress; do
    in_net tc filter add dev m1 $way protocol all u32 match u32 0 0 action mirred egress mirror dev g0 || return 1
  done
  contract "net_af_packet0,iface=p0,blocksz=1048576,framesz=2048,framecnt=16384,qpairs=1" >"$LAB_DIR/live.conf"
  printf 'redis = { server = "%s"; interval_ms = 1000; };\n' "$REDIS" >>"$LAB_DIR/live.conf"
  printf 'probe = { id = "p1"; site = "lab"; flows = 10000; };\n@include "live.conf"\n' >"$LAB_DIR/probe.conf"
  lab_start_net probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" -- --no-huge --no-pci -m 768 --file-prefix "$LAB_NAME-$$"
  lab_wait 20 epoch_past 1 || return 1
  path_lines 5 "" "--loss 0.02"
  # shellcheck disable=SC2086
  in_a "$here/tcp_talk.py" send $cloud 5201 $bulk --congestion cubic >"$LAB_DIR/live.tcp" || return 1
  path_lines_end live || echo "the kernel dropped frames of its own"
  lab_wait 20 epoch_past $(($(rcli hget "pni:{lab}:epoch:p1" seq) + 2)) || return 1
  PNISCOPE_REDIS=$REDIS "$build/pniscope" loss
  PNISCOPE_REDIS=$REDIS "$build/pniscope" latency
}
epoch_past() { [ "$(rcli hget "pni:{lab}:epoch:p1" seq)" -ge "$1" ] 2>/dev/null; }
field() { rcli hget "pni:{lab}:$1" "$2"; } # KEY FIELD
check "the probe ran" live
lost=$(jq .there.lost "$LAB_DIR/live.2")
own=$(($(field probe:p1 missed) + $(field probe:p1 kernel_drops)))
[ "$own" = 0 ] || echo "the probe lost $own frames itself on this busy machine: how much the path lost is not compared"
if [ "$own" = 0 ]; then
  check "Redis names the cloud's side, within 5 % of $lost" at_least $(($(field loss:link:tap:msft tcp_to_lost) * 100)) $((lost * 95))
  check "and not more" at_most $(($(field loss:link:tap:msft tcp_to_lost) * 100)) $((lost * 105 + 100))
  check "goodput is what the sender sent, to the byte" [ "$(field loss:link:tap:peer goodput_bytes)" = $size ]
fi
check "nothing on the peer's side" at_most "$(field loss:link:tap:peer tcp_from_lost)" 0
same_loss() { [ "$(field "endpoint:$cloud" lost_packets)" = "$(field loss:link:tap:msft tcp_to_lost)" ]; }
check "the endpoint's loss is the link's" lab_wait 10 same_loss
check "and it has round trips of its own" at_least "$(field "endpoint:$cloud" rtt_samples)" 1
check "round trips of the cloud's half" at_least "$(field latency:link:tap:msft total_count)" 1

check_end
