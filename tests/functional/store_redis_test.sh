#!/usr/bin/env bash
# The store against a real Redis: whole epochs, fairness to other clients, and every way in which a
# Redis can fail under a writer.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=scripts/lib-test.sh
. scripts/lib-test.sh
lab_begin store-redis
load=${BUILD:-build}/functional/store_load
T=$LAB_DIR

# A server that holds nothing yet.
fresh_redis() {
  lab_stop redis
  rm -rf "$T/appendonlydir" "$T/nodes.conf"
  # shellcheck disable=SC2034 # redis_start reads it
  REDIS_ARGS=()
  redis_start "$@"
}

write() { # KEY=VALUE… ; result and log in $T/write.json and $T/write.log
  "$load" write "$REDIS" "$@" >"$T/write.json" 2>"$T/write.log" ||
    check "the writer ended well: $(tail -3 "$T/write.log")" false
}
write_along() { # the same beside the test
  "$load" write "$REDIS" "$@" >"$T/write.json" 2>"$T/write.log" &
  LAB_PID["write"]=$!
}
written() { # until it ends
  wait "${LAB_PID["write"]}"
  unset "LAB_PID[write]"
}
result() { jq -r ".$1" "$T/write.json"; }
lines() { grep -c "$1" "$T/write.log"; }
events='pni:{lab}:events:p1'
# numbers of the events in Redis, in the order of the stream
event_seqs() { rcli --json XRANGE "$events" - + | jq -r '.[][1] | .[index("seq") + 1]'; }
complete() { # COUNT: each number from 1 once, in order
  local have
  have=$(event_seqs | tr '\n' ' ')
  [ "$have" = "$(seq 1 "$1" | tr '\n' ' ')" ] && return 0
  echo "have $(wc -w <<<"$have") events of $1; out of place first:" \
    "$(diff <(tr ' ' '\n' <<<"$have") <(seq 1 "$1") | head -3 | tr '\n' ' ')"
  return 1
}
spool_is_empty() { [ "$(stat -c %s "$1/events-p1.spool")" = 8 ]; } # its magic alone
epoch_of() { rcli HGET "$1" seq; }

whole_epochs() {
  fresh_redis
  write_along subnets=10000 links=4 seconds=5
  local whole=no
  "$load" read "$REDIS" 4 10000 4 >"$T/read.json" && whole=yes
  check "no reader sees a torn epoch of 40 000 keys: $(cat "$T/read.json")" test $whole = yes
  written
  check "all of the last epoch is there" test \
    "$(epoch_of 'pni:{lab}:link:pni-3:subnet:10.39.15.0/24')" = "$(result epochs)"
  check "the site is listed" test "$(rcli SMEMBERS pni:sites)" = lab
  check "keys of a link have a time to live" at_least "$(rcli TTL 'pni:{lab}:link:pni-0')" 80000
}

# Every epoch would be a slow ping if it stopped Redis. One is left to the machine, and a trial with
# more is repeated: a stall of the machine passes, one of ours comes with each epoch of each trial.
quick_pings() {
  fresh_redis
  for _ in 1 2 3; do
    write_along subnets=10000 links=4 seconds=5
    "$load" ping "$REDIS" 4 >"$T/ping.json"
    written
    at_most "$(jq .over_20_ms "$T/ping.json")" 1 && break
  done
  check "pings beside 40 000 keys a second: $(cat "$T/ping.json")" \
    at_most "$(jq .over_20_ms "$T/ping.json")" 1
}

killed_in_mid_run() {
  fresh_redis --appendonly yes --appendfsync always
  write_along subnets=500 links=2 seconds=8 interval_ms=50 events=7 \
    spool="$T/spool-always"
  for _ in 1 2 3; do
    sleep 1
    lab_stop redis KILL
    sleep 0.7
    redis_start
  done
  written
  check "kill -9, data kept: every event once and in order" complete "$(result events)"
  check "none is left in the spool" spool_is_empty "$T/spool-always"
  check "the state is the last one" test \
    "$(epoch_of 'pni:{lab}:link:pni-1')" = "$(result epochs)"
  check "an outage is said once" test "$(lines warning)" = 3
  check "and its end too" test "$(lines 'writing again')" = 3
  check "it really was away" at_least "$(result reconnects)" 3
}

empty_restart() {
  fresh_redis
  write_along subnets=50 links=2 seconds=4 interval_ms=100 events=1 \
    spool="$T/spool-empty"
  sleep 1
  lab_stop redis KILL
  sleep 1
  redis_start
  written
  local first
  first=$(event_seqs | head -1)
  check "empty restart: all keys are back" test \
    "$(rcli --scan --pattern 'pni:{lab}:link:pni-*:subnet:*' | wc -l)" = 100
  check "with every field" test \
    "$(rcli HGET 'pni:{lab}:link:pni-1:subnet:10.0.7.0/24' prefix)" = 10.0.7.0/24
  check "and the lists" test "$(rcli SCARD 'pni:{lab}:link:pni-1:subnets')" = 50
  check "events of the outage are back without a gap" test \
    "$(event_seqs | tr '\n' ' ')" = "$(seq "$first" "$(result events)" | tr '\n' ' ')"
  check "events since the outage began" at_most "$first" 15
}

absent_at_start() {
  lab_stop redis
  write_along subnets=5 seconds=3 interval_ms=100 events=2 spool="$T/spool-late"
  sleep 1.2
  fresh_redis
  written
  check "Redis down at start: said once" test "$(lines warning)" = 1
  check "then everything arrives" complete "$(result events)"
}

# a Redis that begins to want a password hangs up on batches: the cause is said all the same
password_wanted() {
  fresh_redis
  write_along subnets=400 seconds=4 interval_ms=100 events=1
  sleep 1
  rcli config set requirepass later >/dev/null
  local auth=(-a later --no-auth-warning)
  rcli "${auth[@]}" client kill type normal >/dev/null
  cause_said() { grep -q 'a password is wanted' "$T/write.log"; }
  lab_wait 10 cause_said
  rcli "${auth[@]}" config set requirepass '' >/dev/null
  written
  check "a password wanted from now on: said once" test "$(lines 'a password is wanted')" = 1
  check "and no longer: writing again" test "$(result connected)" = 1
}

passwords_and_users() {
  printf 'wrong\n' >"$T/password"
  fresh_redis --user probe on '>right' '~pni:*' +@write +@read +@connection +@transaction +info \
    --user default off
  write_along user=probe password_file="$T/password" seconds=3 \
    interval_ms=100 events=1
  sleep 1
  printf 'right\n' >"$T/password"
  written
  check "wrong password: said once, never shown" test \
    "$(lines 'wrong user or password') $(grep -c '"wrong"\|right' "$T/write.log")" = "1 0"
  check "the right one is taken without a restart" test "$(result connected)" = 1
  local auth=(--user probe --pass right --no-auth-warning)
  check "the ACL user wrote all" test \
    "$(rcli "${auth[@]}" XLEN "$events")" = "$(result events)"
}

read_only_and_out_of_memory() {
  fresh_redis
  write_along subnets=20 seconds=5 interval_ms=100 events=1 \
    spool="$T/spool-limits"
  sleep 1
  rcli REPLICAOF 127.0.0.1 1 >/dev/null
  sleep 1
  rcli REPLICAOF NO ONE >/dev/null
  sleep 0.8
  rcli CONFIG SET maxmemory 1 >/dev/null
  sleep 1
  rcli CONFIG SET maxmemory 0 >/dev/null
  written
  check "read-only: said once" test "$(lines 'read-only replica')" = 1
  check "out of memory: said once" test "$(lines 'out of memory')" = 1
  check "no event lost, doubled or out of order" complete "$(result events)"
  check "none is left in the spool" spool_is_empty "$T/spool-limits"
  check "the state is the last one" test "$(epoch_of 'pni:{lab}:link:pni-0')" = "$(result epochs)"
}

# Without Redis a writer ends; the next run finds what it left.
spool_outlives_the_writer() {
  lab_stop redis
  write seconds=1 interval_ms=100 events=5 wait_ms=0 spool="$T/spool-run"
  local waiting before
  waiting=$(result spool_events)
  check "no Redis: events wait in the spool" at_least "$waiting" 50
  # a power cut in the middle of a write
  before=$(stat -c %s "$T/spool-run/events-p1.spool")
  truncate -s $((before - 7)) "$T/spool-run/events-p1.spool"
  cp "$T/spool-run/events-p1.spool" "$T/spool-kept"
  fresh_redis
  write seconds=1 interval_ms=100 spool="$T/spool-run"
  check "the next run writes them, but the torn one" test \
    "$(rcli XLEN "$events")" = $((waiting - 1))
  check "and says what it cut" test "$(lines 'torn tail')" = 1
  check "the spool is empty again" spool_is_empty "$T/spool-run"
  # Redis had them, but its answer got lost: they are in the spool and in Redis
  cp "$T/spool-kept" "$T/spool-run/events-p1.spool"
  write seconds=1 interval_ms=100 spool="$T/spool-run"
  check "a replay doubles nothing" test "$(rcli XLEN "$events")" = $((waiting - 1))
  check "and ends" spool_is_empty "$T/spool-run"
}

# The stream's last id lies in the future: of a run before the clock was set back.
clock_set_back() {
  fresh_redis
  rcli XADD "$events" 9999999999999-1 seq 0 >/dev/null
  write seconds=1 interval_ms=100 events=3 spool="$T/spool-clock"
  check "the clock was set back: no event is lost" test \
    "$(event_seqs | tr '\n' ' ')" = "$(seq 0 "$(result events)" | tr '\n' ' ')"
}

cluster() {
  fresh_redis --cluster-enabled yes
  write seconds=1 interval_ms=100 wait_ms=0
  check "a cluster is refused in words" test "$(lines 'Redis Cluster, which is not supported yet')" = 1
}

# The limit on file size stands for a full disk: no root needed.
disk_full() {
  fresh_redis
  (
    trap '' XFSZ
    ulimit -f 4
    exec "$load" write "$REDIS" seconds=3 interval_ms=100 events=5 spool="$T/spool-disk"
  ) >"$T/write.json" 2>"$T/write.log" &
  LAB_PID["write"]=$!
  sleep 0.5
  lab_stop redis KILL
  sleep 1.5
  redis_start
  written
  check "disk full: said once" test "$(lines 'events wait in memory')" = 1
  local first
  first=$(event_seqs | head -1)
  check "memory takes over, in order" test \
    "$(event_seqs | tr '\n' ' ')" = "$(seq "$first" "$(result events)" | tr '\n' ' ')"
  check "nothing dropped" test "$(result spool_dropped)" = 0
}

wrong_addresses() {
  check "Sentinel is refused in words" grep -q 'not supported yet' \
    <("$load" write sentinel://a:26379/main 2>&1)
  check "a password in an address too" grep -q 'a password goes into a file' \
    <("$load" write redis://u:hush@localhost 2>&1)
  check "and is not repeated" test \
    "$("$load" write redis://u:hush@localhost 2>&1 | grep -c hush)" = 0
}

# A key of ours that somebody made a text of: it is named, and everything else is written.
another_type() {
  fresh_redis
  rcli SET 'pni:{lab}:link:pni-0:subnet:10.0.1.0/24' "a note" >/dev/null
  write subnets=10 links=1 seconds=1 interval_ms=200 events=1
  check "a key of another type is named once" test \
    "$(lines 'pni:{lab}:link:pni-0:subnet:10.0.1.0/24 is not written: the key is of another type')" = 1
  check "it is left alone" test "$(rcli GET 'pni:{lab}:link:pni-0:subnet:10.0.1.0/24')" = "a note"
  check "its neighbours are of the last epoch" test \
    "$(epoch_of 'pni:{lab}:link:pni-0:subnet:10.0.2.0/24')" = "$(result epochs)"
  check "and so is the epoch" test "$(epoch_of 'pni:{lab}:epoch:p1')" = "$(result epochs)"
  check "no event waits" complete "$(result events)"
  check "it is no outage" test "$(lines 'trying again')" = 0
}

# A Redis that neither dies nor answers must not hold up the caller.
hanging() {
  fresh_redis --maxmemory 64mb
  write_along subnets=1000 seconds=3 interval_ms=100 events=2 memory_max=1000000000
  sleep 0.5
  kill -s STOP "${LAB_PID["redis"]}"
  sleep 2
  kill -s CONT "${LAB_PID["redis"]}"
  written
  check "Redis hangs for 2 s: the caller goes on" at_least "$(result epochs)" 27
  check "events in order" complete "$(result events)"
  check "roll-ups are limited by maxmemory, and it says so" test \
    "$(lines "limited to 32 MB, half of Redis' maxmemory")" = 1
}

# The commands that docs/redis.md gives, each against a small site that has everything.
questions_are_answered() {
  fresh_redis --user reader on '>pw' '~pni:*' +@read +@connection +@transaction +time -keys
  "$load" sample "$REDIS" 1790000000000000 || return
  local number command asked=0
  while IFS=$'\t' read -r number command; do
    command=$(sed -E 's/SITE/lab/; s/PEERING/acme/; s/PROBE/lab-p1/; s/LINK/pni-a/; s/\bSBC\b/sbc1/; s/SESSION/pni-a-v4/
      s|PREFIX|203.0.113.0/24|; s/\bMS\b/1790000000000/g' <<<"$command")
    # shellcheck disable=SC2086
    rcli --user reader --pass pw --no-auth-warning --no-raw $command >"$T/answer" 2>&1
    asked=$((asked + 1))
    check "question $number: $command" answered
  done < <("${BUILD:-build}/pniscope-docs" redis-questions)
  check "eight questions, some with several commands" at_least $asked 12
  check "the reader can't write" grep -q NOPERM \
    <(rcli --user reader --pass pw --no-auth-warning SET pni:x 1 2>&1)
}
answered() {
  [ -s "$T/answer" ] && ! grep -qE '^\(error|\(nil\)|\(empty' "$T/answer" && return
  cat "$T/answer"
  return 1
}

whole_epochs
quick_pings
killed_in_mid_run
empty_restart
absent_at_start
password_wanted
passwords_and_users
read_only_and_out_of_memory
spool_outlives_the_writer
disk_full
wrong_addresses
another_type
hanging
clock_set_back
cluster
questions_are_answered
check_end
