# What a probe wrote, held against the daemons' own tables (source it after scripts/lab/pni.sh): who calls
# has $here and, where it names no parts, the $parts to be compared.

# shellcheck shell=bash disable=SC2154
compare() { # PART...
  pni_truth >"$LAB_DIR/truth.json" && "$here/pni_compare.py" redis "$REDIS_SOCKET" ams1 "$LAB_DIR/truth.json" "$@"
}
# The daemons settle and an epoch passes, both in their own time: equal at some moment before the deadline.
same() { # WHEN [PART...]
  local begin=$SECONDS when=$1
  shift
  [ $# -gt 0 ] || set -- "${parts[@]}"
  if lab_wait 20 compare "$@"; then
    check "$when: $* equal the daemons' tables, $((SECONDS - begin)) s later" true
  else
    check "$when: $* equal the daemons' tables" compare "$@"
  fi
}
