#!/usr/bin/env bash
# Everything about form that a machine can judge. `make lint` has built all with warnings as errors.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:-build}
bad=0

step() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then echo "lint: $name: ok"; else echo "lint: $name: FAILED"; bad=1; fi
}

formatted() { git ls-files '*.c' '*.h' | xargs -r clang-format --dry-run -Werror; }
scripts_clean() { git ls-files '*.sh' | xargs -r shellcheck -S warning; }
no_trailing_space() { ! git grep -nIE '[ 	]+$' -- '*.c' '*.h' '*.sh' '*.md' Makefile; }
# the project must build and run anywhere: no path of a developer's machine in it
no_local_paths() { ! git grep -nIE '/(home|root|work)/[a-z]' -- . ':!scripts/lint.sh'; }
# a threshold that no verdict rests on says so, and no other one does
thresholds_told() {
  local listed
  listed=$("$build/pniscope" check docs/examples/peering.conf | sed -nE '/^thresholds = /,/^};/s/^\t([a-z0-9_]+) = /\1 /p')
  [ -n "$listed" ] && diff \
    <(awk '/; not used yet$/ { print $1 }' <<<"$listed" | sort) \
    <(comm -23 <(cut -d ' ' -f 1 <<<"$listed" | sort) <(git grep -ohE '[a-z0-9]+(_[a-z0-9]+)+' -- lib app ':!lib/conf' | sort -u))
}
docs_current() { scripts/docs.sh --check "$build"; }

step "formatting" formatted
step "include rules" scripts/check-includes.sh
step "scripts" scripts_clean
step "trailing space" no_trailing_space
step "no local paths" no_local_paths
step "thresholds" thresholds_told
step "generated documents" docs_current
exit $bad
