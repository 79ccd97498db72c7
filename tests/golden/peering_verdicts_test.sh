#!/usr/bin/env bash
# The scenarios of the requirements about the interconnect's own protocols, each with its verdicts.
set -u
cd "$(dirname "$0")/../.." || exit 2
exec tests/golden/peering_verdicts.py "${BUILD:-build}/pniscope"
