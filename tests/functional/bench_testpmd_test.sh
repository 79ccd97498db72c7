#!/usr/bin/env bash
# A benchmark whose probe is of no use ends at once, with one line that says so and what to do, and
# leaves no process and no file behind. Stand-ins for the probe; no hugepages, no root.
set -u
cd "$(dirname "$0")/../.." || exit 2
. scripts/lib-test.sh
lab_begin bench-gives-up
for program in dpdk-testpmd redis-server jq; do
  command -v "$program" >/dev/null || lab_skip "$program is not installed"
done
[ "$(nproc)" -ge 2 ] || lab_skip "two CPUs are needed"

# a capture of one frame, 60 bytes of nothing
python3 - "$LAB_DIR/one.pcap" <<'PY'
import struct, sys
open(sys.argv[1], "wb").write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + struct.pack("<4I", 0, 0, 60, 60) + bytes(60))
PY

stand_in() { # BODY
  printf '#!/bin/sh\n%s\n' "$1" >"$LAB_DIR/pniscope-probe"
  chmod +x "$LAB_DIR/pniscope-probe"
}

# The benchmark with the stand-in: its exit code in $code
bench() {
  TMPDIR=$LAB_DIR scripts/bench-testpmd.sh --json --runs 1 --patience 1 --build "$LAB_DIR" "$@" \
    >"$LAB_DIR/out" 2>"$LAB_DIR/err"
  code=$?
}

# beside the one that says which capture it is about
one_line() { [ "$code" = 1 ] && [ "$(cat "$LAB_DIR/out" "$LAB_DIR/err" | wc -l)" = 2 ] && tail -n 1 "$LAB_DIR/err" | grep -q "$1"; }
nothing_left() { ! pgrep -f "$LAB_DIR/pniscope-(probe|bench)" && ! ls -d "$LAB_DIR"/pniscope-bench.* 2>/dev/null; }

stand_in 'echo "EAL: Cannot get hugepage information" >&2; exit 1'
bench "$LAB_DIR/one.pcap"
[ "$code" != 77 ] || lab_skip "$(cat "$LAB_DIR/out")"
check "a probe that ends is told of by its last words" one_line 'probe ended at its start ("EAL: Cannot get hugepage information")'
check "with what to do" one_line 'free memory or hugepages, and run again$'
check "nothing is left" nothing_left

stand_in "exec sleep 100"
bench "$LAB_DIR/one.pcap"
check "a probe that never tells anything is given up" one_line 'probe was not up after 1 s;'
check "and ended" nothing_left

echo "no capture" >"$LAB_DIR/text.pcap"
bench "$LAB_DIR/text.pcap"
check "what is no capture is refused" [ "$code" = 2 ]
check_end
