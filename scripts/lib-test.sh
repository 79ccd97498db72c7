#!/usr/bin/env bash
# Shared by functional tests, labs and the demo (source it): a work folder, a throw-away Redis, a
# network namespace of one's own, and a clean end of all that was started, by process id.
#
#   . scripts/lib-test.sh
#   lab_begin NAME            work folder in $LAB_DIR, cleaned up at exit
#   lab_start NAME CMD...     run in the background, log in $LAB_DIR/NAME.log, id in LAB_PID[NAME]
#   lab_start_net NAME CMD... the same inside the namespace
#   lab_stop NAME [SIGNAL]    end it and wait; returns its exit code
#   lab_wait SECONDS CMD...   until CMD succeeds
#   redis_start [ARGS...]     a private server; $REDIS is its unix:PATH, rcli the client on it
#   check WHAT CMD...         count and say whether CMD holds; check_end: exit code over all of them
#   probe_contract KEYS       $LAB_DIR/probe.conf: a probe with these keys too, and one link that listens on $PMD_PORT
#                             (pmd-config/; a member each), its other direction on idle rings
#   from_7 CMD...             CMD with descriptor 7 as its input; a background job has none otherwise
#   net_begin                 a namespace of one's own in $NETNS
#   net_pair A B              a veth pair in it, both up, quiet
#   path_begin A B            two hosts with these addresses in namespaces of their own, two lines and a tap between
#   path_lines SEED X Y       run the lines; X and Y: what net_line does before and after the tap, A to B
#   path_lines_end NAME       end them; $LAB_DIR/NAME.1 and .2 say what they did; fails when the kernel dropped frames
#   taps_begin FOLDER FRAMES  taps for a scenario's captures (tests/golden/scenario.py): $TAPS_CONTRACT is
#                             its peering.conf with live ports, $TAPS_SEND what replay_send wants, and
#                             FOLDER/lanes.json says which interface is which lane

set -u
declare -A LAB_PID=()
PATH_HOSTS=()

lab_begin() {
  LAB_NAME=$1
  LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/pniscope-$1.XXXXXX")
  NETNS=""
  trap lab_end EXIT
  trap 'exit 130' INT TERM
}

lab_end() {
  local status=$?
  trap - EXIT
  for name in "${!LAB_PID[@]}"; do lab_stop "$name" TERM >/dev/null 2>&1; done
  for space in "${PATH_HOSTS[@]}" $NETNS; do ip netns del "$space" 2>/dev/null; done
  if [ $status -ne 0 ] && [ $status -ne 77 ]; then
    for log in "$LAB_DIR"/*.log; do
      [ -s "$log" ] && { echo "---- $(basename "$log")"; tail -n 15 "$log"; }
    done
  fi
  rm -rf "$LAB_DIR"
  exit $status
}

lab_start() {
  local name=$1
  shift
  "$@" >"$LAB_DIR/$name.log" 2>&1 &
  LAB_PID[$name]=$!
}

# The same inside the namespace; not through a function, whose process id would be a subshell's.
lab_start_net() {
  local name=$1
  shift
  ip netns exec "$NETNS" "$@" >"$LAB_DIR/$name.log" 2>&1 &
  LAB_PID[$name]=$!
}

lab_alive() { [ -n "${LAB_PID[$1]:-}" ] && kill -0 "${LAB_PID[$1]}" 2>/dev/null; }

lab_stop() {
  local name=$1 signal=${2:-TERM} pid=${LAB_PID[$1]:-} tries=0
  [ -n "$pid" ] || return 0
  unset "LAB_PID[$name]"
  kill -s "$signal" "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

lab_wait() {
  local seconds=$1 end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "$LAB_NAME: waited $seconds s in vain for: $*"; return 1; }
    sleep 0.1
  done
}

# Says what is missing and leaves with the code of a skipped test.
lab_skip() {
  echo "skipped: $*"
  exit 77
}

REDIS_ARGS=()
redis_start() {
  command -v redis-server >/dev/null || lab_skip "redis-server is not installed"
  [ $# -gt 0 ] && REDIS_ARGS=("$@")
  REDIS_SOCKET=$LAB_DIR/redis.sock
  export REDIS=unix:$REDIS_SOCKET
  lab_start redis redis-server --port 0 --unixsocket "$REDIS_SOCKET" --dir "$LAB_DIR" \
    --save "" --daemonize no --loglevel warning "${REDIS_ARGS[@]}"
  lab_wait 10 redis_answers
}

redis_answers() { redis-cli -s "$REDIS_SOCKET" ping 2>&1 | grep -qE 'PONG|NOAUTH|NOPERM'; }
rcli() { redis-cli -s "$REDIS_SOCKET" "$@"; }

probe_contract() {
  local members="" port ring=7
  # shellcheck disable=SC2153 # PMD_PORT comes from pmd-config/
  for port in $PMD_PORT; do
    members+="${members:+,
    }{ speed = \"100G\"; peer_to_msft = \"$port\"; msft_to_peer = \"net_ring$((ring++))\"; }"
  done
  cat >"$LAB_DIR/probe.conf" <<CONF
probe = { id = "p1"; site = "lab"; spool = "$LAB_DIR"; $1 };
peering = { name = "$LAB_NAME"; type = "isp"; };
peer = { asn = 64496; };
sites = ( { name = "lab"; metro = "Lab"; } );
links = ( { name = "pni-a"; site = "lab"; role = "primary"; bandwidth = "100G";
  members = ( $members ); } );
redis = { server = "$REDIS"; };
CONF
}

from_7() { exec "$@" <&7; }

net_begin() {
  [ "$(id -u)" -eq 0 ] || lab_skip "network namespaces need root"
  NETNS=pniscope-$LAB_NAME-$$
  ip netns add "$NETNS" 2>/dev/null || { NETNS=""; lab_skip "no network namespaces here"; }
  in_net true 2>/dev/null || lab_skip "programs can't be started in a network namespace here"
  ip -n "$NETNS" link set lo up
  # nothing of the kernel's own may appear on the taps
  in_net sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
}

in_net() { ip netns exec "$NETNS" "$@"; }

net_pair() {
  ip -n "$NETNS" link add "$1" type veth peer name "$2" || return 1
  for end in "$1" "$2"; do
    ip -n "$NETNS" link set "$end" arp off mtu 9000 up
    in_net ethtool -K "$end" tso off gso off gro off tx off rx off >/dev/null 2>&1
  done
}

#   host A  a0 ── m0  [line 1: before the tap]  m1 ── m2  [line 2: after the tap]  m3 ── b0  host B
#                     2 ms each way             tap        3 ms each way
path_begin() {
  net_pair a0 m0 && net_pair m1 m2 && net_pair m3 b0 || return 1
  path_host a a0 "$1" && path_host b b0 "$2"
}

path_host() { # NAME INTERFACE ADDRESS
  ip netns add "$NETNS-$1" || return 1
  PATH_HOSTS+=("$NETNS-$1")
  ip -n "$NETNS" link set "$2" netns "$NETNS-$1" || return 1
  ip -n "$NETNS-$1" link set lo up
  ip -n "$NETNS-$1" link set "$2" arp on mtu 1500 up
  ip -n "$NETNS-$1" addr add "$3/24" dev "$2"
}

path_lines() {
  # shellcheck disable=SC2154 # whoever sources this says where the build is
  local line=$build/functional/net_line
  # shellcheck disable=SC2086
  lab_start_net line1 "$line" --delay-us 2000 --seed "$1" $2 m0 m1
  # shellcheck disable=SC2086
  lab_start_net line2 "$line" --delay-us 3000 --seed "$1"0 $3 m2 m3
  sleep 0.3
}

# a frame that the kernel could not hand over is lost by nobody's will: such a run proves nothing
path_lines_end() {
  sleep 0.3 # the last acknowledgements are on the line
  lab_stop line1 && lab_stop line2
  cp "$LAB_DIR/line1.log" "$LAB_DIR/$1.1" && cp "$LAB_DIR/line2.log" "$LAB_DIR/$1.2"
  [ "$(jq -s '.[0].missed + .[1].missed' "$LAB_DIR/$1".[12])" = 0 ]
}

checks=0 checks_failed=0
check() {
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@"; then
    echo "ok: $what"
  else
    checks_failed=$((checks_failed + 1))
    echo "NOT OK: $what ($*)"
  fi
}

# Numbers, so that an empty one fails instead of being taken for 0.
at_least() { [[ $1 =~ ^[0-9]+$ ]] && [ "$1" -ge "$2" ]; }
at_most() { [[ $1 =~ ^[0-9]+$ ]] && [ "$1" -le "$2" ]; }

check_end() {
  echo "$checks checks, $checks_failed failed"
  [ "$checks_failed" -eq 0 ] && [ "$checks" -gt 0 ]
}

# one interface pair per lane: gN sends, pN is the tap
taps_begin() {
  local folder=$1 frames=$2 lanes="" n=0 link member direction
  TAPS_CONTRACT=$(cat "$folder/peering.conf")
  TAPS_SEND=()
  for link in pni-a pni-b; do
    for member in 0 1; do
      for direction in peer_to_msft msft_to_peer; do
        net_pair "g$n" "p$n" || return 1
        TAPS_CONTRACT=${TAPS_CONTRACT//pcap:$link.$member.$direction.pcap/net_af_packet$n,iface=p$n,blocksz=1048576,framesz=2048,framecnt=$frames,qpairs=1}
        TAPS_SEND+=("$folder/$link.$member.$direction.pcap=g$n")
        lanes+="${lanes:+, }\"g$n\": [\"$link\", $member, \"$direction\"]"
        n=$((n + 1))
      done
    done
  done
  echo "{$lanes}" >"$folder/lanes.json"
}
