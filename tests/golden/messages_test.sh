#!/usr/bin/env bash
# Conversations of voice that nobody chose: every message and stream is counted as it went in.
cd "$(dirname "$0")/../.." || exit 2
exec tests/golden/messages.py "${BUILD:-build}/pniscope"
