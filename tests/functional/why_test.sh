#!/usr/bin/env bash
# `why` over a real Redis that a real probe filled from the recording of a link that stops forwarding:
# the story to the microsecond, from a link, a session, a member or a moment; and what it says when
# nothing broke or nobody is known.
. "$(dirname "$0")/../../scripts/lib-test.sh"
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
export PNISCOPE_CLIENT=/dev/null
unset PNISCOPE_SITE

lab_begin why
redis_start
export PNISCOPE_REDIS=$REDIS
sl=$LAB_DIR/silence
tests/golden/silent_link.py "$sl" || exit 1
printf 'probe = { id = "ams1-p1"; site = "ams1"; flows = 100000; spool = "%s"; };\nredis = { server = "%s"; };\n@include "peering.conf"\n' \
  "$LAB_DIR" "$REDIS" >"$sl/probe.conf"
lab_start probe "$build/pniscope-probe" -c "$sl/probe.conf" --once
probe_ended() { ! lab_alive probe; }
lab_wait 60 probe_ended || exit 1

cli() { "$build/pniscope" "$@"; }
at=$(jq '.start + .silent' "$sl/truth.json")
story() { # FILTER SUBJECT [OPTIONS]: it is true of the story
  local filter=$1
  shift
  cli why "$@" --json | jq -e "$filter" >/dev/null
}
says() { # TEXT WORDS...
  local text=$1
  shift
  cli "$@" 2>&1 | grep -qF -- "$text"
}
exits() { # CODE WORDS...
  local want=$1
  shift
  cli "$@" >/dev/null 2>&1
  [ $? -eq "$want" ]
}
told_in_time() {
  cli why link:pni-a --at "$at" --json >"$LAB_DIR/why.json" && tests/golden/compare_story.py "$sl/truth.json" "$LAB_DIR/why.json"
}
check "the story of the link, each step in its time" told_in_time
check "the same from its BFD session" story '.story.link == "pni-a" and .story.first == "link.silent"' bfd:pni-a-v4 --at "$at"
check "from a bare name" story '.story.link == "pni-a"' pni-a-v4 --at "$at"
check "from a member" story '.story.link == "pni-a"' member:pni-a:1 --at "$at"
check "as text, with the sentence first" says 'First traffic of pni-a stopped (no packet peer_to_msft), side peer.' why pni-a --at "$at"
check "the other link has none" says 'pni-b: nothing broke since' why pni-b --at "$at"
check "none in JSON either" story '.story == null' link:pni-b --at "$at"
check "nothing of long ago is told for now" says 'nothing broke since' why link:pni-a
check "a stranger is refused" exits 2 why session:nobody --at "$at"
check "and told so" says 'no such link, member, session or finding' why session:nobody --at "$at"
check "lag has what happened to the member" bash -c "'$build/pniscope' lag pni-a --json | jq -e '.lag[1].flaps == 1 and .lag[1].peer_timeouts == 1' >/dev/null"
check "bfd has it, and that BGP followed" bash -c "'$build/pniscope' bfd pni-a-v4 --json | jq -e '.bfd[0].bgp_followed == 1' >/dev/null"
check_end
