#!/usr/bin/env bash
# Run libFuzzer targets that `make fuzz` built, each for some seconds, over its corpus.
#   fuzz.sh SECONDS TARGET...
# What they find lands in build-fuzz/found/; a mended crash becomes a file of the corpus.
set -u
cd "$(dirname "$0")/.." || exit 2
seconds=$1
shift
mkdir -p build-fuzz/found
bad=0
for target in "$@"; do
  work=build-fuzz/corpus/$target
  mkdir -p "$work"
  if build-fuzz/fuzz/"${target}"_fuzz -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 \
    -artifact_prefix=build-fuzz/found/"$target"- "$work" tests/fuzz/"$target".in \
    >build-fuzz/"$target".log 2>&1; then
    echo "fuzz: $target: $(grep -E 'Done [0-9]+ runs' build-fuzz/"$target".log | tail -n 1), nothing found"
  else
    echo "fuzz: $target: FOUND something, see build-fuzz/$target.log"
    tail -n 25 build-fuzz/"$target".log
    bad=1
  fi
done
exit $bad
