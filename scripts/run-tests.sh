#!/usr/bin/env bash
# Run every test program and script and end with one line: N passed, N failed, N skipped.
#   run-tests.sh [--unit-only] [BUILD]
# A test is an executable; exit 0 passed, 77 skipped, else failed (its output is then shown).
set -u
cd "$(dirname "$0")/.." || exit 2
unit_only=0
[ "${1:-}" = --unit-only ] && { unit_only=1; shift; }
build=${1:-build}
passed=0 failed=0 skipped=0
export PNISCOPE_CAPTURES=${PNISCOPE_CAPTURES:-$(realpath -m ../shared/captures)}
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

what_failed() { grep -E '^(NOT OK|WRONG)|waited .* in vain' "$log"; }

# What failed, then the end of it: behind a lab's own words come the logs of all its daemons.
show_why() {
  { what_failed; echo ...; tail -n 60 "$log"; } | sed 's/^/    /'
}

# Routers keep timers of 900 ms, sockets those of the kernel: where this machine stalls for longer, what
# they do is no fault of ours. Such a test may fail once, and says so.
keeps_real_time() { case $1 in *.sh) grep -qE 'lab/pni.sh|path_begin' "$1" ;; *) false ;; esac; }

run() { # NAME COMMAND...
  local name=$1 start=$SECONDS status
  shift
  "$@" >"$log" 2>&1
  status=$?
  if [ $status -ne 0 ] && [ $status -ne 77 ] && keeps_real_time "$1"; then
    echo "again    $name (exit $status): $(what_failed | tr '\n' ';')"
    "$@" >"$log" 2>&1
    status=$?
  fi
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)); echo "skipped  $name: $(tail -n 1 "$log")" ; return ;;
    *) failed=$((failed + 1)); echo "FAILED   $name (exit $status)"; show_why; return ;;
  esac
  grep -h '^skipped' "$log" | sed "s|^|         $name: |"
  echo "ok       $name ($((SECONDS - start)) s)"
}

for dir in $build $([ $unit_only = 1 ] || echo build-debug); do
  for test in "$dir"/unit/*/*_test; do
    [ -x "$test" ] && run "$test" "$test"
  done
done
if [ $unit_only = 0 ]; then
  for replay in build-debug/fuzz/*_replay; do
    [ -x "$replay" ] || continue
    name=$(basename "$replay" _replay)
    run "fuzz replay $name" "$replay" "tests/fuzz/$name.in"
  done
  for test in tests/golden/*_test.sh tests/functional/*_test.sh; do
    [ -x "$test" ] && run "$test" "$test"
  done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
