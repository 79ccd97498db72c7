#!/usr/bin/env bash
# The reading commands over a real Redis that a real probe filled from the bundled interconnect: figures
# equal the generator's, the same in JSON and CSV; filters, declare, the audit's exit codes, ack.
. "$(dirname "$0")/../../scripts/lib-test.sh"
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
export PNISCOPE_CLIENT=/dev/null
unset PNISCOPE_SITE

lab_begin cli
redis_start
export PNISCOPE_REDIS=$REDIS
sc=$LAB_DIR/sc
tests/golden/scenario.py "$sc" --seconds 20 --undeclared-at 8 || exit 1
printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = 100000; spool = "%s"; };\nredis = { server = "%s"; };\n@include "peering.conf"\n' \
  "$LAB_DIR" "$REDIS" >"$sc/probe.conf"
printf 'redis = { server = "%s"; };\n@include "peering.conf"\n' "$REDIS" >"$sc/control.conf"

cli() { "$build/pniscope" "$@"; }
# holds WORDS... FILTER: it is true of the command's JSON; no output is not true
holds() {
  local filter=${*: -1}
  [ "$(cli "${@:1:$#-1}" --json | jq "$filter")" = true ]
}
code() { # WANTED WORDS...
  local want=$1
  shift
  cli "$@" >"$LAB_DIR/code.log" 2>&1
  [ $? -eq "$want" ]
}

check "an empty Redis has no sites, and says so" holds sites '.sites == []'
check "and in words" bash -c "'$build/pniscope' sites | grep -q 'no probe has written here yet'"
check "no verdicts yet is the code of stale data" code 4 audit
lab_start probe "$build/pniscope-probe" -c "$sc/probe.conf" --once
probe_ended() { ! lab_alive probe; }
lab_wait 60 probe_ended || exit 1

truth() { jq -c "$1" "$sc/truth.json"; }
packets() { truth "[.lanes[\"$1\"][].$2.packets] | add"; }
for link in pni-a pni-b; do
  for direction in peer_to_msft msft_to_peer; do
    check "$link $direction: packets as generated" \
      holds links --link $link ".links[0].packets_$direction == $(packets $link $direction)"
    check "$link $direction: members add up" \
      holds members $link "[.members[].packets_$direction] | add == $(packets $link $direction)"
    check "$link $direction: classes add up" \
      holds classes --link $link "[.classes[].packets_$direction] | add == $(packets $link $direction)"
  done
done
check "a subnet's packets as generated" holds subnets --subnet 203.0.113.0/24 \
  ".subnets[0].packets_peer_to_msft == $(truth '[.subnets[]["203.0.113.0/24"].peer_to_msft.packets] | add')"
check "the undeclared class stands out in its subnet" holds classes --subnet 203.0.113.0/24 --class http \
  '.classes | length == 1 and .[0].standing == "undeclared"'
check "find tells the web server's class and subnet" holds find 203.0.113.80 \
  '.endpoints[0].classes == "http" and .subnets[0].prefix == "203.0.113.0/24"'
check "find takes a prefix" holds find 203.0.113.0/24 '[.endpoints[].ip] | length == 3'
check "endpoints by side" holds endpoints --side msft '[.endpoints[].side] | unique == ["msft"]'
check "sort and limit" holds endpoints --sort packets_peer_to_msft --limit 1 '.endpoints | length == 1 and .[0].ip == "203.0.113.64"'
check "lag tells both actors of every member" holds lag \
  '[.lag[] | .state == "distributing" and .peer_actor_state == 63 and .msft_echoes] == [true, true, true, true]'
check "lag takes a link" holds lag pni-b '[.lag[].peer_system] | unique == ["02:00:01:ee:00:01"]'
check "members carry LACP, in CSV too" bash -c "'$build/pniscope' members pni-a --csv --wide | grep -q 'distributing'"
check "bfd tells what both sides say" holds bfd pni-a-v4 \
  '.bfd | length == 1 and .[0].state == "up" and .[0].peer_state == "Up" and .[0].msft_detection_us == 900000'
check "bfd --link chooses" holds bfd --link pni-b '[.bfd[].name] == ["pni-b-v4"]'
check "the probe's own losses stand beside" bash -c "'$build/pniscope' links | grep -q 'packets analysed, 0 lost by the probe'"
check "roll-ups of a link" holds rates --link pni-a --since "$(truth .start)" --until "$(truth '.start + 30')" '.rates | length >= 2'
check "with the probe's losses below" bash -c "'$build/pniscope' history link:pni-a --since '$(truth .start)' --until '$(truth '.start + 30')' | grep -q ', 0 lost by the probe'"
check "no points are no rows" bash -c "[ -z \"\$('$build/pniscope' history link:pni-a --since -1s --csv 2>/dev/null)\" ]"
for words in 'rates --since -1h --class srtp' 'rates --since -1h --side peer' 'history link:pni-a --link pni-b'; do
  # shellcheck disable=SC2086 # words
  check "history of what none is kept of is refused: $words" code 2 $words
done
same_names() {
  diff <(cli subnets --csv | head -n 1 | tr , '\n') \
    <(cli subnets --json | jq -r '.subnets[0] | to_entries[] | select(.value | type != "array") | .key')
}
check "CSV and JSON name the same fields" same_names
check "an unknown site is refused" code 2 --site nowhere links
for words in '--link nowhere links' 'members nowhere' 'bfd nowhere' 'latency link:nowhere' 'classes --subnet 192.0.2.0/25' \
  'endpoints jester' 'why link:nowhere' 'history link:nowhere' 'history pni-a' 'maintenance add CHG-0 link:nowhere --until +1h'; do
  # shellcheck disable=SC2086 # words
  check "a name that nothing has is refused: $words" code 2 $words
done
check "a role that nobody has is an answer" holds endpoints cgnat '.endpoints == []'
check "ports are no counts" bash -c "! '$build/pniscope' streams --limit 3 | grep -qE '[0-9] [0-9]{3} +(198|203)'"
check "an unknown field to sort by is refused" code 2 links --sort beauty
check "a link's loss alone" holds loss --link pni-a '[.loss[].scope] | unique == ["link:pni-a"]'
check "a subnet's round trips alone" holds latency --subnet 198.19.0.0/16 '[.latency[].scope] | unique == ["subnet:198.19.0.0/16"]'
check "one direction's streams" holds streams --dir peer_to_msft '[.streams[].direction] | unique == ["peer_to_msft"]'
check "one direction's columns" bash -c "! '$build/pniscope' links --dir peer_to_msft | grep -q '<'"
for words in 'legs --class srtp' 'links --subnet 203.0.113.0/24' 'probes --link pni-a' 'sessions --side peer' 'audit --link pni-a'; do
  # shellcheck disable=SC2086 # words
  check "what can't be chosen by is refused, not left out: $words" code 2 $words
done
check "round trips and loss of endpoints have their sample beside them" bash -c "'$build/pniscope' endpoints | head -1 | grep -qE 'RTT +n +loss +of '"

# what was observed, proposed as configuration, is a configuration
declared() {
  sed '/^subnets = (/,/^ *{ prefix = "2001:db8:8075/d' "$sc/peering.conf" | sed '/^registered/d' >"$LAB_DIR/declared.conf"
  cli declare >>"$LAB_DIR/declared.conf" || return 1
  cli check "$LAB_DIR/declared.conf" >"$LAB_DIR/declared.out" && grep -q '203.0.113.0/24' "$LAB_DIR/declared.out"
}
check "the proposal of declare is accepted by check" declared

lab_start control "$build/pniscope-control" -c "$sc/control.conf" --once
control_ended() { ! lab_alive control; }
lab_wait 30 control_ended || exit 1
check "the audit has a row for every requirement" holds audit '[.audit[].id] | unique | length == 36'
check "old data decides nothing: exit 4" code 4 audit
check "one requirement in full" bash -c "'$build/pniscope' audit r4 | grep -q '^R4 '"
finding=$(cli findings --json | jq -r '[.findings[] | select(.kind == "class.undeclared")][0].id')
check "the undeclared class is a finding with side and next step" holds findings "$finding" \
  '.findings[0] | .side == "peer" and (.next | length) > 0 and .state == "open"'
check "findings of its subnet" holds findings --subnet 203.0.113.0/24 '[.findings[].id] | index("'"$finding"'") != null'
check "and none of a link" holds findings --link pni-a '[.findings[] | select(.kind == "class.undeclared")] == []'
check "ack" code 0 ack "$finding" --by tester
check "it stays, acknowledged, with the name" holds findings "$finding" '.findings[0] | .state == "acked" and .acked_by == "tester"'
check "a second ack is refused" code 2 ack "$finding"
check "maintenance at run time" code 0 maintenance add CHG-1 link:pni-a site:ams1 --until +2h --by tester --drill
check "it is listed with scope, time and name" holds maintenance list \
  '.maintenance | length == 1 and .[0].scope == "link:pni-a,site:ams1" and .[0].by == "tester" and .[0].drill and (.[0].to_us - .[0].from_us | . > 7100e6 and . <= 7200e6)'
check "a scope that is none is refused" code 2 maintenance add CHG-2 pni-a --until +2h
check "an end before the begin is refused" code 2 maintenance add CHG-2 peering --until -1h
check "a window without an end is refused" code 2 maintenance add CHG-2 peering
check "it ends" code 0 maintenance end CHG-1
check "it is over" holds maintenance list '.maintenance[0] | .to_us <= (now * 1e6)'
check "and ends once" code 2 maintenance end CHG-1
check "status has all of it" holds status '(.links | length) == 2 and .findings_open >= 1 and .probes[0].stale'

# ---- two probes of one site, one link each: a subject that both see is shown once, summed ----
rcli flushall >/dev/null
sed '/name = "pni-b"/,$ s/probe = "ams1-p1"/probe = "ams1-p2"/' "$sc/peering.conf" >"$sc/two.conf"
for n in 1 2; do
  sed "s/ams1-p1/ams1-p$n/; s/peering.conf/two.conf/" "$sc/probe.conf" >"$sc/probe$n.conf"
  "$build/pniscope-probe" -c "$sc/probe$n.conf" --once -- --file-prefix "pniscope-cli-$$-$n" >"$LAB_DIR/probe$n.log" 2>&1 ||
    { cat "$LAB_DIR/probe$n.log"; exit 1; }
done
check "both probes are listed" holds probes '[.probes[].id] == ["ams1-p1", "ams1-p2"]'
check "a subnet of both stands once, with the sum" holds subnets --subnet 203.0.113.0/24 \
  ".subnets | length == 1 and .[0].packets_peer_to_msft == $(truth '[.subnets[]["203.0.113.0/24"].peer_to_msft.packets] | add')"
check "its classes too" holds classes --subnet 203.0.113.0/24 --class http \
  ".classes | length == 1 and .[0].packets_peer_to_msft == $(truth '[.classes[].peer_to_msft.http.packets] | add')"
check "an address of both knows both links" holds find 203.0.113.64 \
  '.endpoints | length == 1 and (.[0].links | split(",") | sort) == ["pni-a", "pni-b"]'

# ---- a reader that may not read everything says so, and does not succeed ----
half_blind() {
  rcli acl setuser half on '>half' '~pni:sites' '~pni:{ams1}:probe*' '~pni:{ams1}:links' +@all >/dev/null
  echo half >"$LAB_DIR/half.pw"
  printf "user = half\npassword_file = %s\n" "$LAB_DIR/half.pw" >"$LAB_DIR/client.conf"
  PNISCOPE_CLIENT=$LAB_DIR/client.conf code 2 links && grep -q 'not all' "$LAB_DIR/code.log"
}
check "what may not be read is said, exit 2" half_blind
may_not_write() {
  rcli acl setuser reader on '>reader' '~pni:*' +@read +@connection >/dev/null
  echo reader >"$LAB_DIR/reader.pw"
  printf "user = reader\npassword_file = %s\n" "$LAB_DIR/reader.pw" >"$LAB_DIR/client.conf"
  PNISCOPE_CLIENT=$LAB_DIR/client.conf code 2 maintenance add CHG-9 peering --until +1h &&
    [ "$(wc -l <"$LAB_DIR/code.log")" = 1 ] && grep -q 'not written' "$LAB_DIR/code.log"
}
check "what may not be written is said in one line, exit 2" may_not_write

redis_gone() {
  lab_stop redis
  code 2 links && [ "$(wc -l <"$LAB_DIR/code.log")" = 1 ]
}
check "without Redis: one line and exit 2" redis_gone
check_end
