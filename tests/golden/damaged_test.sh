#!/usr/bin/env bash
# Damaged captures: no signal, no sanitizer's report, valid JSON, and sums that hold.
cd "$(dirname "$0")/../.." || exit 2
program=${BUILD:-build}/pniscope
[ ! -x build-debug/pniscope ] || program=build-debug/pniscope
exec tests/golden/damaged.py "$program"
