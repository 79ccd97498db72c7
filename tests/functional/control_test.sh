#!/usr/bin/env bash
# The control plane against a real Redis: what it judges, finds and merges, and that one of several
# writes, through reloads, deaths and a Redis that comes and goes.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=scripts/lib-test.sh
. scripts/lib-test.sh
lab_begin control
build=${BUILD:-build}
control=$build/pniscope-control
seed=$build/functional/control_seed
C=$LAB_DIR/peering.conf
port=$((20000 + $$ % 20000))
P='pni:{@lab}'

contract() { # more lines
  cat >"$C" <<EOF
peering = { name = "lab"; type = "voice"; };
peer = { asn = 64496; };
sites = ( { name = "ams1"; metro = "Amsterdam"; }, { name = "fra1"; metro = "Frankfurt"; } );
links = (
  { name = "pni-ams1"; site = "ams1"; role = "primary"; bandwidth = "10G";
    tap = { kind = "optical"; probe = "p1"; };
    members = ( { speed = "10G"; peer_to_msft = "pcap:a0"; msft_to_peer = "pcap:a1"; } ); },
  { name = "pni-fra1"; site = "fra1"; role = "backup"; bandwidth = "10G";
    tap = { kind = "optical"; probe = "p2"; };
    members = ( { speed = "10G"; peer_to_msft = "pcap:b0"; msft_to_peer = "pcap:b1"; } ); } );
subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["srtp", "sip-tls"]; } );
redis = { server = "$REDIS"; };
thresholds = { stale_us = 2000000; };
$*
EOF
}

verdict() { rcli HGET "$P:verdict:$1" verdict; }
verdict_is() { [ "$(verdict "$1")" = "$2" ]; }
open_kinds() { rcli ZRANGE "$P:findings:open" 0 -1 | sed 's/-[0-9a-f]*$//' | sort | tr '\n' ' '; }
has_finding() { open_kinds | grep -qw "$1"; }
no_finding() { ! has_finding "$1"; }
events() { rcli --json XRANGE "$P:events" - +; } # [[id, [name, value, …]], …]
count_events() { events | jq --arg n "$1" '[.[][1] | .[index("name") + 1] | select(. == $n)] | length'; }
# numbered events of the probes as they stand in the merged stream
merged_of() { events | jq -r '.[][1] | .[index("text") + 1]' | grep " of $1\$" | awk '{ print $2 }' | tr '\n' ' '; }
merged_once() { [ "$(merged_of "$1")" = "$(seq 0 "$(($2 - 1))" | tr '\n' ' ')" ]; }
get() { curl -s --max-time 5 "http://127.0.0.1:$port$1"; }
status() { curl -s -o "$LAB_DIR/body" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$port$1"; }
lines() { grep -c "$2" "$LAB_DIR/$1.log"; }

cli() {
  echo 'peering = lab' >"$LAB_DIR/client.conf"
  PNISCOPE_CLIENT=$LAB_DIR/client.conf "$build/pniscope" -r "$REDIS" "$@"
}

# refuses WANT ARGS...: exit 2 and one line that has WANT in it
refuses() {
  local want=$1 code
  shift
  "$control" "$@" >"$LAB_DIR/refused" 2>&1
  code=$?
  [ $code = 2 ] && [ "$(wc -l <"$LAB_DIR/refused")" = 1 ] && grep -qF -- "$want" "$LAB_DIR/refused"
}
bad_input_gets_one_line() {
  REDIS=unix:$LAB_DIR/none.sock
  contract
  check "no file given" refuses "-c FILE is needed"
  check "no such file" refuses nowhere.conf -c nowhere.conf
  check "a word too many" refuses '"more"' -c "$C" more
  check "no address" refuses "not ADDR:PORT" -c "$C" --listen nonsense
  check "not an address of this machine" refuses "192.0.2.1:1" -c "$C" --listen 192.0.2.1:1
  contract 'nonsense = 1;'
  check "a bad contract" refuses nonsense -c "$C"
}

redis_is_away_at_the_start() {
  REDIS_SOCKET=$LAB_DIR/redis.sock
  REDIS=unix:$REDIS_SOCKET
  contract
  lab_start control "$control" -c "$C" --listen "127.0.0.1:$port"
  lab_wait 10 curl -s "http://127.0.0.1:$port/healthz"
  check "not healthy without Redis" test "$(status /healthz)" = 503
  check "no verdicts without Redis" test "$(status /audit)" = 503
  check "metrics say that nothing is read" eval 'get /metrics | grep -qx "pniscope_control_reads 0"'
  check "the list of pages is there" eval 'get / | grep -q ^/audit'
  sleep 2
  check "said once: $(lines control 'control error')" test "$(lines control 'control error')" = 1
  redis_start
  lab_wait 10 verdict_is R4 INCONCLUSIVE
  check "judges once Redis is there" test "$(rcli HLEN "$P:verdicts")" = 36
  check "without a probe: unfit" test "$(rcli HGET "$P:verdict:R4" reason)" = probe-unfit
  check "one connection per location fails at once" verdict_is R2 FAIL
}

probes_write() {
  "$control" -c "$C" --once >"$LAB_DIR/once.log" 2>&1
  check "--once stands by while another writes" grep -q "standing by" "$LAB_DIR/once.log"
  lab_start p1 "$seed" "$REDIS" ams1 p1 undeclared=500 events=50
  lab_start p2 "$seed" "$REDIS" fra1 p2 events=50
  lab_wait 15 has_finding class.undeclared
  check "an undeclared class is a finding" has_finding class.undeclared
  lab_wait 15 verdict_is R4 FAIL
  check "and fails R4 over an hour" verdict_is R4 FAIL
  check "with its side" test "$(rcli HGET "$P:verdict:R4" side)" = peer
  cli audit --limit 1 --csv >"$LAB_DIR/limited"
  check "a FAIL that --limit does not show is one for the exit code" test "$? $(wc -l <"$LAB_DIR/limited")" = "1 2"
  check "and its scope" test "$(rcli HGET "$P:verdict:R4" scope)" = subnet:203.0.113.0/24
  lab_wait 10 merged_once p1 50
  lab_wait 10 merged_once p2 50
  check "all events of both probes once, in order" eval 'merged_once p1 50 && merged_once p2 50'
}

pages() {
  check "healthy" test "$(status /healthz)" = 200
  check "36 rows as JSON" test "$(get /audit | jq '.audit | length')" = 36
  check "the same verdict there" test \
    "$(get /audit | jq -r '.audit[] | select(.id == "R4") | .verdict')" = FAIL
  check "the finding there" test \
    "$(get /findings | jq -r '[.findings[].kind] | contains(["class.undeclared"])')" = true
  get /metrics >"$LAB_DIR/metrics"
  check "metrics end" test "$(tail -n 1 "$LAB_DIR/metrics")" = "# EOF"
  check "verdict as a metric" grep -q 'requirement="R4".*pniscope_verdict="FAIL"} 1' "$LAB_DIR/metrics"
  check "no such page" test "$(status /nowhere)" = 404
  check "what is sent is refused" test "$(curl -s -o "$LAB_DIR/body" -w '%{http_code}' -d x "http://127.0.0.1:$port/audit")" = 405
}

an_operator_acknowledges() {
  local id
  id=$(rcli ZRANGE "$P:findings:open" 0 -1 | grep class.undeclared)
  rcli HSET "$P:finding:$id" state acked acked_by test acked_us 1 >/dev/null
  lab_wait 10 eval '[ "$(count_events finding.acked)" = 1 ]'
  check "an acknowledgement is told" test "$(count_events finding.acked)" = 1
  sleep 2
  check "and stays" test "$(rcli HGET "$P:finding:$id" state)" = acked
}

# somebody's list where a session's hash belongs
a_key_of_another_type() {
  local key='pni:{ams1}:session:stray' has='any(.subchecks[]; .id == "store" and (.reason | contains("session:stray")))'
  audited() { get /audit | jq -e ".audit | map({key: .id, value: .}) | from_entries | $1"; }
  rcli RPUSH "$key" x >/dev/null
  rcli SADD 'pni:{ams1}:sessions' stray >/dev/null
  lab_wait 15 audited ".M2 | $has"
  check "a key of another type is named by what rests on it" audited ".M2 | $has"
  check "which stays open" audited '.M2.verdict == "INCONCLUSIVE"'
  check "the rest is judged" audited '.R4.verdict == "FAIL" and .R4.window_to_us == .M2.window_to_us'
  check "and healthy" test "$(status /healthz)" = 200
  check "said once" test "$(lines control session:stray)" = 1
  rcli DEL "$key" >/dev/null
  rcli SREM 'pni:{ams1}:sessions' stray >/dev/null
  lab_wait 15 audited ".M2 | $has | not"
  check "and no more without it" audited ".M2 | $has | not"
}

contracts_differ() {
  lab_stop p2
  lab_start p2 "$seed" "$REDIS" fra1 p2 sha=0123456789abcdef
  lab_wait 10 has_finding config.mismatch
  check "another contract file is a finding" has_finding config.mismatch
}

one_of_two_writes() {
  local opened
  lab_start standby "$control" -c "$C" --listen "127.0.0.1:$((port + 1))"
  lab_wait 10 grep -q "standing by" "$LAB_DIR/standby.log"
  check "the second stands by" grep -q "standing by" "$LAB_DIR/standby.log"
  opened=$(count_events finding.opened)
  lab_stop control KILL
  lab_wait 15 grep -q "judges and writes" "$LAB_DIR/standby.log"
  check "it takes over when the first one dies" grep -q "judges and writes" "$LAB_DIR/standby.log"
  sleep 2
  check "nothing is opened anew" test "$(count_events finding.opened)" = "$opened"
  check "nothing merged anew" merged_once p1 50
  check "R4 failed once" test \
    "$(rcli --json XRANGE "$P:ledger" - + | jq '[.[][1] | select(.[index("id") + 1] == "R4" and .[index("to") + 1] == "FAIL")] | length')" = 1
}

reloads() {
  contract 'nonsense = 1;'
  kill -HUP "${LAB_PID[standby]}"
  lab_wait 5 grep -q "reload refused" "$LAB_DIR/standby.log"
  check "a bad file changes nothing" grep -q "reload refused.*nonsense" "$LAB_DIR/standby.log"
  contract
  sed -i 's/^redis = {/redis = { user = "other";/' "$C"
  kill -HUP "${LAB_PID[standby]}"
  lab_wait 5 grep -q "redis.user changed" "$LAB_DIR/standby.log"
  check "nor does one that needs a restart" grep -q "reload refused.*redis.user changed: that needs a restart" "$LAB_DIR/standby.log"
  contract 'default_subnet = { classes = ["tls"]; };'
  kill -HUP "${LAB_PID[standby]}"
  lab_wait 5 grep -q "info control: reloaded" "$LAB_DIR/standby.log"
  check "a good one is taken" grep -q "info control: reloaded" "$LAB_DIR/standby.log"
  check "and it lives" lab_alive standby
}

silence() {
  lab_stop p1
  lab_stop p2
  lab_wait 10 has_finding probe.stale
  check "probes that fall silent are a finding" has_finding probe.stale
  lab_wait 10 eval '[ "$(rcli HGET "$P:verdict:M1" reason)" = probe-unfit ]'
  check "and prove nothing" test "$(rcli HGET "$P:verdict:M1" reason)" = probe-unfit
  lab_start p1 "$seed" "$REDIS" ams1 p1 undeclared=500
  lab_start p2 "$seed" "$REDIS" fra1 p2
  lab_wait 20 no_finding probe.stale
  check "closed when they speak again" no_finding probe.stale
}

redis_dies() {
  lab_wait 20 has_finding class.undeclared
  port=$((port + 1)) # the standby's pages
  lab_stop redis KILL
  lab_wait 10 eval '[ "$(status /healthz)" = 503 ]'
  check "what was judged is not shown as judged now" test "$(status /audit)" = 503
  check "and says so beside it" test "$(get /audit | jq -c '[.stale, (.trouble | length > 0), (.audit | length)]')" = '[true,true,36]'
  check "nor do metrics tell it" eval '[ "$(get /metrics | grep -c "^pniscope_")" = 1 ] && get /metrics | grep -q "^pniscope_control_reads 0"'
  redis_start
  lab_wait 15 verdict_is R2 FAIL
  check "an empty Redis gets every verdict back" test "$(rcli HLEN "$P:verdicts")" = 36
  lab_wait 20 has_finding class.undeclared
  check "and what is wrong" has_finding class.undeclared
  check "and the pages are fresh" eval '[ "$(status /audit)" = 200 ] && [ "$(get /metrics | grep -c "^pniscope_control_reads 1")" = 1 ]'
}

nobody_judges() {
  local id
  cli audit >"$LAB_DIR/audit.txt"
  check "the screen says when it was judged" grep -q '^judged .* ago' "$LAB_DIR/audit.txt"
  for id in $(rcli HKEYS "$P:verdicts"); do rcli HSET "$P:verdict:$id" window_to_us 1790000000000000; done >/dev/null
  cli audit >"$LAB_DIR/audit.txt"
  check "old verdicts decide nothing" test $? = 4
  check "and are called old" grep -q '^OLD: verdicts and findings are of 2026-09-21T14:13:20Z' "$LAB_DIR/audit.txt"
  cli status >"$LAB_DIR/status.txt"
  check "in the status too" grep -q '^OLD: ' "$LAB_DIR/status.txt"
  check "and in JSON" test "$(cli audit --json | jq -c '[.stale, .judged_us]')" = '[true,1790000000000000]'
  check "of findings too" test "$(cli findings --json | jq -c '[.stale, .judged_us]')" = '[true,1790000000000000]'
}

ends() {
  lab_stop standby
  check "SIGTERM ends it well" test $? = 0
  check "and it signs off" test "$(rcli ZCARD "$P:controls")" = 0
}

bad_input_gets_one_line
redis_is_away_at_the_start
probes_write
pages
an_operator_acknowledges
a_key_of_another_type
contracts_differ
one_of_two_writes
reloads
silence
redis_dies
ends
nobody_judges
check_end
