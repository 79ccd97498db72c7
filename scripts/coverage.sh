#!/usr/bin/env bash
# Run the unit tests of a coverage build and say what lines of lib/ they reached.
set -eu
cd "$(dirname "$0")/.."
build=$1
find "$build" -name '*.gcda' -delete
for test in "$build"/unit/*/*_test; do
  "$test" >/dev/null 2>&1 || echo "coverage: $test failed"
done
gcovr --root . --filter 'lib/' "$build" --txt "$build/coverage.txt" --sort-percentage 2>/dev/null
tail -n 60 "$build/coverage.txt"
