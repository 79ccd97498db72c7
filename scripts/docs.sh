#!/usr/bin/env bash
# Write the documents that come from tables in the code; with --check only compare.
#   docs.sh [--check] [BUILD]
set -eu
cd "$(dirname "$0")/.."
check=0
[ "${1:-}" = --check ] && { check=1; shift; }
build=${1:-build}
status=0
names=$("$build/pniscope-docs" list)
for name in $names; do
  new=$(mktemp)
  "$build/pniscope-docs" "$name" >"$new"
  if [ $check = 1 ]; then
    cmp -s "$new" "docs/$name.md" || { echo "docs/$name.md is not what the code says; run make docs"; status=1; }
    rm -f "$new"
  else
    mv "$new" "docs/$name.md"
    chmod 644 "docs/$name.md"
  fi
done
exit $status
