#!/usr/bin/env bash
# The command line by its contract: every promised key of `analyze --json` is there, even of an empty
# capture; bad input gets one line and exit 2; help, man page and completion come from the table.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0
unset PNISCOPE_REDIS PNISCOPE_SITE
export PNISCOPE_CLIENT=/dev/null

wrong() {
  echo "WRONG  $*"
  bad=1
}

# refuses WORDS...: exit 2, nothing on stdout, one line on stderr that has $1 in it
refuses() {
  local want=$1 status
  shift
  "$build/pniscope" "$@" >"$dir/out" 2>"$dir/err"
  status=$?
  [ $status = 2 ] || wrong "$*: exit $status, not 2"
  [ -s "$dir/out" ] && wrong "$*: something on stdout"
  [ "$(wc -l <"$dir/err")" = 1 ] || wrong "$*: not one line: $(cat "$dir/err")"
  grep -qF -- "$want" "$dir/err" || wrong "$*: no \"$want\" in: $(cat "$dir/err")"
}

pcap_header() { printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\377\377\000\000\001\000\000\000'; }
pcap_header >"$dir/nothing.pcap"
: >"$dir/empty.pcap"
printf 'no capture at all' >"$dir/text.pcap"
tests/golden/scenario.py "$dir/sc" --seconds 6 --undeclared-at 3 >/dev/null || exit 1
capture=$dir/sc/pni-a.0.peer_to_msft.pcap
head -c 50000 "$capture" >"$dir/cut.pcap"

# ---- keys ----
envelope='["schema","tool","version","generated_us","peering","site","profile","config_sha256","window","coverage","clock"]'
keys='["capture","classes","flows","subnets","endpoints","sip","rtp","legs","rtcp","stun","dtls","dns","icmp","tls","tcp",
  "latency","bgp","bfd","lacp","lldp","limits","causes","middlebox","findings","audit","probe"]'
for file in "$dir/nothing.pcap" "$dir/cut.pcap"; do
  "$build/pniscope" analyze --json --flows "$file" >"$dir/json" 2>/dev/null || wrong "analyze --json $file failed"
  jq -e "keys_unsorted[0:11] == $envelope" "$dir/json" >/dev/null || wrong "$file: the envelope is not first"
  jq -e "$keys - keys == []" "$dir/json" >/dev/null || wrong "$file: missing $(jq -c "$keys - keys" "$dir/json")"
  jq -e '.capture | [.files, .packets, .bytes, .first_us, .last_us] | map(type) | unique == ["number"]' "$dir/json" >/dev/null ||
    wrong "$file: capture has something else than numbers"
  jq -e '[.classes["unknown-udp", "unknown-tcp"] | .flows, .packets, .bytes] | map(type) | unique == ["number"]' "$dir/json" \
    >/dev/null || wrong "$file: unknown classes are not always there"
  jq -e '[.audit[].id] | unique | length == 36' "$dir/json" >/dev/null || wrong "$file: not every requirement has a row"
  jq -e '[.audit[] | select(.verdict == "INCONCLUSIVE" and .applies and (.need | length) == 0) | .id] == []' "$dir/json" \
    >/dev/null || wrong "$file: an INCONCLUSIVE row without what it needs"
done
jq -e '.capture.truncated' "$dir/json" >/dev/null || wrong "the cut capture is not marked truncated"
jq -e '.flows.count == (.flows.list | length) and .flows.count > 0' "$dir/json" >/dev/null || wrong "flows are not all listed"
jq -e '[.audit[] | select(.verdict == "FAIL" and .basis != "OBSERVED")] == []' "$dir/json" >/dev/null ||
  wrong "without a contract something declared fails"
"$build/pniscope" analyze "$dir/cut.pcap" 2>&1 >/dev/null | grep -q 'analysed up to' || wrong "the break is not told"
"$build/pniscope" analyze "$dir/cut.pcap" 2>/dev/null | grep -q 'sides are a guess' || wrong "the guess is not told"

# ---- exit codes of the audit over captures ----
"$build/pniscope" analyze -c "$dir/sc/peering.conf" >/dev/null || wrong "analyze without --exit-verdict is not 0"
"$build/pniscope" analyze -c "$dir/sc/peering.conf" --exit-verdict --strict >/dev/null
status=$?
[ $status = 3 ] || wrong "nothing proven under --strict gave $status, not 3"
# R9, declared: the redundant link has twice the primary's bandwidth
awk '/name = "pni-b"/ { b = 1 } b { gsub(/"20G"/, "\"40G\""); gsub(/speed = "10G"/, "speed = \"20G\"") } 1' \
  "$dir/sc/peering.conf" >"$dir/sc/unequal.conf"
"$build/pniscope" analyze -c "$dir/sc/unequal.conf" --exit-verdict >/dev/null
status=$?
[ $status = 1 ] || wrong "unequal bandwidth (R9, a MUST) gave $status, not 1"

# ---- bad input ----
refuses 'No such file' analyze "$dir/absent.pcap"
refuses 'not a capture' analyze "$dir/empty.pcap"
refuses 'not a capture' analyze "$dir/text.pcap"
refuses 'Is a directory' analyze "$dir"
refuses 'which captures' analyze
refuses 'absent.conf' analyze -c "$dir/absent.conf" "$capture"
refuses 'peer, msft, both' links --side left
refuses 'it prints text alone' explain R4 --json
refuses 'more than one table' status --csv
refuses 'no such class' classes --class sipp
refuses 'not a prefix' subnets --subnet pni-a
refuses 'no such field of endpoints' analyze --sort beauty --json "$capture"
refuses 'no such link' analyze --link pni-z -c "$dir/sc/peering.conf" "$capture"
refuses 'give both' analyze --strict "$capture"
refuses 'not a length of time' analyze --window soon "$capture"
refuses 'not a length of time' analyze --window 999d "$capture"
printf 'no capture' >"$dir/broken.pcap"
refuses 'broken.pcap: not a capture' analyze --flows "$dir/broken.pcap" "$capture"
[ "$(cat "$dir/broken.pcap")" = 'no capture' ] || wrong "--flows wrote over what is no file of flows"
refuses "missing.pcap: can't be read" analyze --flows "$dir/missing.pcap"
refuses '--flows' analyze --flows "$dir/no/such/dir" "$capture"
refuses 'unknown option' --frobnicate
refuses 'not an option of this command' links --strict
refuses 'no such command; `pniscope --help` lists them' frobnicate
refuses '`pniscope links` would be right' link
refuses 'no such command' help frobnicate
refuses 'later than --until' events --since -1h --until -2h
refuses 'not there yet' purge
refuses 'not there yet' evidence R4 --pcap proof.pcap
refuses 'not there yet' report --ticket class.undeclared-0
refuses 'no such role' declare --role sbcx
refuses 'which Redis' links
refuses 'No such file' -r "unix:$dir/absent.sock" links
refuses 'one of them' links --json --csv
refuses 'no such time zone' links --tz Middle/Earth
refuses 'not an address' -r "unix:$dir/absent.sock" find nonsense
refuses 'no such requirement' explain R99
refuses 'too many words' explain R1 R2
refuses 'something is missing' find
refuses 'now only' links --at -5m
refuses 'makes no sense' check --every 1s "$dir/sc/peering.conf"

# ---- the client file ----
client_refuses() { # WANT LINE...
  local want=$1
  shift
  printf '%s\n' "$@" >"$dir/client.conf"
  PNISCOPE_CLIENT=$dir/client.conf refuses "$dir/client.conf$want" links
}
client_refuses ':2: "nonsense" is not known; redis, user,' '# mine' 'nonsense = 1'
client_refuses ':1: "redis" has no value' 'redis ='
client_refuses ':1: "redis" has no value' 'redis # none'
PNISCOPE_CLIENT=$dir/absent.conf refuses "client file $dir/absent.conf: can't be read: No such file" links
PNISCOPE_CLIENT=$dir refuses "client file $dir: can't be read: Is a directory" links
mkdir -p "$dir/home/.config/pniscope"
printf 'redis = unix:%s\r\n' "$dir/from-home.sock" >"$dir/home/.config/pniscope/client.conf"
PNISCOPE_CLIENT='' HOME=$dir/home refuses "from-home.sock: No such file" links
PNISCOPE_REDIS='' PNISCOPE_SITE='' refuses 'which Redis' links

# ---- captures from a pipe, and more than may be open ----
gzip -c "$capture" >"$dir/packed.pcap.gz"
for file in "$capture" "$dir/packed.pcap.gz"; do
  "$build/pniscope" analyze --json - <"$file" 2>"$dir/err" | jq -e '.capture.packets > 0' >/dev/null ||
    wrong "analyze of the standard input: $(cat "$dir/err")"
done
mapfile -t many < <(for _ in $(seq 100); do echo "$dir/nothing.pcap"; done)
(ulimit -S -n 50 && "$build/pniscope" analyze --json "${many[@]}") | jq -e '.capture.files == 100' >/dev/null ||
  wrong "more captures than the soft limit of open files"
(ulimit -n 50 && refuses 'of 100 captures, and no more files may be open; raise `ulimit -n`' analyze "${many[@]}"
  exit $bad) || bad=1
cp "$dir/packed.pcap.gz" "$dir/flipped.pcap.gz"
size=$(stat -c %s "$dir/flipped.pcap.gz")
printf '\377\377' | dd of="$dir/flipped.pcap.gz" bs=1 seek=$((size - 8)) conv=notrunc 2>/dev/null # its checksum
"$build/pniscope" analyze "$dir/flipped.pcap.gz" 2>&1 >/dev/null | grep -q "^pniscope: $dir/flipped.pcap.gz: incorrect data check" ||
  wrong "damaged gzip is not told"

# ---- what a machine lacks ----
doctor_says() { # CODE PATTERN
  "$build/pniscope" doctor -c "$dir/sc/probe.conf" >"$dir/out" 2>&1
  [ $? = "$1" ] || wrong "doctor: not exit $1: $(cat "$dir/out")"
  grep -qE -- "$2" "$dir/out" || wrong "doctor: no \"$2\" in: $(cat "$dir/out")"
}
probe_at() { # SPOOL CONTRACT
  printf 'probe = { id = "ams1-p1"; site = "ams1"; spool = "%s"; };\n@include "%s"\n' "$1" "$2" >"$dir/sc/probe.conf"
}
sed 's/"pcap:pni-a.0.peer_to_msft.pcap"/"net_af_packet0,iface=nosuch0"/; s/"pcap:pni-a.0.msft_to_peer.pcap"/"0000:ff:1f.7"/' \
  "$dir/sc/peering.conf" >"$dir/sc/ports.conf"
probe_at "$dir/spool" peering.conf
doctor_says 2 "^ok +spool +$dir/spool"
probe_at "$dir/text.pcap/spool" peering.conf
doctor_says 2 "^BAD +spool +$dir/text.pcap/spool: Not a directory; events .* would be lost"
probe_at "$dir/spool" ports.conf
doctor_says 2 "^BAD +port +$dir/sc/ports.conf:[0-9]+: net_af_packet0,iface=nosuch0: there is no nosuch0"
doctor_says 2 "^BAD +port +$dir/sc/ports.conf:[0-9]+: 0000:ff:1f.7: there is no /sys/bus/pci/devices/0000:ff:1f.7"
doctor_says 2 "^ok +capture +$dir/sc/pni-b.0.peer_to_msft.pcap"

# ---- output that gets lost, memory that is scarce ----
for words in "analyze $capture" "analyze --json $capture" "analyze --csv $capture" "explain R7" "check $dir/sc/peering.conf" --help \
  --version --man; do
  # shellcheck disable=SC2086
  "$build/pniscope" $words >/dev/full 2>"$dir/err"
  [ $? = 2 ] || wrong "$words on a full disk: not exit 2"
  grep -q 'output could be written' "$dir/err" || wrong "$words on a full disk: $(cat "$dir/err")"
done
"$build/pniscope" analyze --json --flows="$dir/flows.jsonl" "$capture" <&- >&- 2>&-
[ $? = 2 ] || wrong "output into a closed stream: not exit 2"
jq -se 'map(has("proto")) | all' "$dir/flows.jsonl" >/dev/null || wrong "what went to stdout stands among the flows"
(ulimit -v 4000000 && exec "$build/pniscope" analyze --json "$capture") 2>"$dir/err" |
  jq -e '.capture.packets > 0' >/dev/null || wrong "analyze within 4 GB of address space: $(cat "$dir/err")"

# ---- what comes from the tables ----
"$build/pniscope" help | cmp -s - <("$build/pniscope" --help) || wrong "help is not --help"
"$build/pniscope" help audit | cmp -s - <("$build/pniscope" audit --help) || wrong "help audit is not audit --help"
offers() { "$build/pniscope" "$1" --help | grep -qE "^  .{4}--$2( |$)"; }
refused='makes no sense|text alone|more than one table|now only'
# what help offers is taken, what it does not offer is refused
for words in 'explain R1' "check $dir/sc/peering.conf" links events status 'maintenance list'; do
  for option in json csv every=1s at=-5m; do
    # shellcheck disable=SC2086 # words
    "$build/pniscope" -r "unix:$dir/absent.sock" $words "--$option" >"$dir/out" 2>&1
    if offers "${words%% *}" "${option%=*}"; then
      grep -qE "$refused" "$dir/out" && wrong "$words --$option is offered and refused"
    else
      grep -qE "$refused" "$dir/out" || wrong "$words --$option is taken and not offered"
    fi
  done
done
for command in status findings find events sites probes links members subnets classes endpoints rates audit explain \
  declare check ack analyze doctor; do
  "$build/pniscope" $command --help | grep -q "^example: pniscope $command" || wrong "$command --help has no example"
done
"$build/pniscope" --man | cmp -s - docs/man/pniscope.1 || wrong "docs/man/pniscope.1 is not what pniscope --man prints"
for program in pniscope-probe pniscope-control; do
  while read -r option; do
    sed 's/\\-/-/g' "docs/man/$program.1" | grep -q -- "--$option" || wrong "docs/man/$program.1 says nothing of --$option"
  done < <("$build/$program" --help | grep -oE '^ .{5}--[a-z]+' | sed 's/.*--//' | grep -vx config)
done
"$build/pniscope" --completion | cmp -s - docs/completion/pniscope.bash ||
  wrong "docs/completion/pniscope.bash is not what pniscope --completion prints"
"$build/pniscope" explain R4 -c "$dir/sc/peering.conf" | grep -q 'R4' || wrong "explain R4 says nothing of R4"
"$build/pniscope" check "$dir/sc/peering.conf" | grep -q 'pni-a' || wrong "check does not print the links"
"$build/pniscope" analyze --csv "$capture" | head -n 1 | grep -qx 'class,flows,packets,bytes' || wrong "CSV of classes"
"$build/pniscope" analyze --csv --flows "$capture" | awk -F, 'NF != 22 { exit 1 }' || wrong "CSV of flows has odd rows"
exit $bad
