#!/usr/bin/env bash
# The verdicts of one interconnect's protocols twice: from the captures at once, and by a probe that
# writes sessions, members and routes to Redis and a control plane that reads them there. Equal, where
# they do not stand on the clock or counters of ports.
. "$(dirname "$0")/../../scripts/lib-test.sh"
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
export PNISCOPE_CLIENT=/dev/null
unset PNISCOPE_SITE

lab_begin peering
redis_start
export PNISCOPE_REDIS=$REDIS
rows='["R1","R2","R6","R8","R9","R10","R11","X1","X2","X3","X4","X5","X7","X8","X13","X19","M6"]'

# verdicts FILE: of these rows, one line
verdicts() { jq -c "[.audit[] | select(.id as \$i | $rows | index(\$i)) | [.id, .verdict]]" "$1"; }

# both SCENARIO: its verdicts from captures and over Redis are the same
both() {
  local sc=$LAB_DIR/$1
  python3 -c 'import sys; sys.path.insert(0, "tests/golden"); import peering_scenario; peering_scenario.write(*sys.argv[1:])' \
    "$1" "$LAB_DIR" || return 1
  printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = 100000; spool = "%s"; };\nredis = { server = "%s"; };\n@include "peering.conf"\n' \
    "$LAB_DIR" "$REDIS" >"$sc/probe.conf"
  # the captures' time is long past
  printf 'redis = { server = "%s"; };\nthresholds = { stale_us = "3650d"; };\n@include "peering.conf"\n' "$REDIS" >"$sc/control.conf"
  rcli flushall >/dev/null
  "$build/pniscope" analyze -c "$sc/peering.conf" --json >"$LAB_DIR/captures.json" || return 1
  "$build/pniscope-probe" -c "$sc/probe.conf" --once -- --file-prefix "pniscope-peering-$$" >"$LAB_DIR/probe.log" 2>&1 || return 1
  "$build/pniscope-control" -c "$sc/control.conf" --once >"$LAB_DIR/control.log" 2>&1 || return 1
  "$build/pniscope" audit --json >"$LAB_DIR/redis.json"
  diff <(verdicts "$LAB_DIR/captures.json" | tr ']' '\n') <(verdicts "$LAB_DIR/redis.json" | tr ']' '\n')
}

for scenario in full same-bgp-id withdrawn-on-one; do
  check "$scenario: the same verdicts over Redis" both $scenario
done
check_end
