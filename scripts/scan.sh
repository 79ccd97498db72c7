#!/usr/bin/env bash
# Static analysers over all sources. Slow; `make lint` is the quick one.
set -u
cd "$(dirname "$0")/.." || exit 2
bad=0
read -ra dpdk <<<"$(pkg-config --cflags libdpdk libpcap)"
flags=(-std=gnu17 -Ilib -Itests -D_GNU_SOURCE '-DPNISCOPE_VERSION="scan"' "${dpdk[@]}")
git ls-files 'lib/*.c' 'app/*.c' | xargs -P 2 -I{} clang-tidy --quiet {} -- "${flags[@]}" 2>/dev/null || bad=1
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
  --suppress=missingIncludeSystem --error-exitcode=1 -Ilib -D_GNU_SOURCE lib app || bad=1
exit $bad
