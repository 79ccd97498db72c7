#!/usr/bin/env bash
# Whatever it is wrapped in, in fragments or not, of any link type and file format: every flow is there
# with its packets each way.
cd "$(dirname "$0")/../.." || exit 2
exec tests/golden/encapsulations.py "${BUILD:-build}/pniscope"
