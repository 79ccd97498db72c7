#!/usr/bin/env bash
# Run every part of the benchmark and merge them into BUILD/bench.json; print it as tables.
#   bench.sh BUILD [PART...]     without parts: all of them. Each part is also kept in BUILD/bench/.
# A part that can't run here (no hugepages, no peer program …) exits 77 and is left out, said so.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
bench=$build/pniscope-bench
mkdir -p "$build/bench"

machine() {
  local cpu hz
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  hz=$("$bench" hz)
  jq -n --arg cpu "$cpu" --argjson cores "$(nproc)" --argjson hz "$hz" \
    --arg kernel "$(uname -r)" --arg dpdk "$(pkg-config --modversion libdpdk)" \
    --arg compiler "$(${CC:-gcc} --version | head -n 1)" \
    --arg flags "$(make -s --eval='flags:;@echo $(CFLAGS)' flags)" \
    --arg commit "$(git describe --always --dirty 2>/dev/null || echo unknown)" \
    --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
    '{machine: {cpu: $cpu, cores: $cores, tsc_hz: $hz, kernel: $kernel, dpdk: $dpdk,
      compiler: $compiler, flags: $flags, commit: $commit, load_average: $load}}'
}

machine >"$build/bench/machine.json"
for part in "${@:-all}"; do
  [ "$part" = all ] || { echo "$part"; continue; }
  "$bench" parts
done | while read -r part; do
  echo "bench: $part" >&2
  status=0
  "$bench" "$part" --json >"$build/bench/$part.json.new" </dev/null || status=$?
  if [ "$status" -eq 77 ]; then
    echo "bench: $part left out: it can't run on this machine" >&2
    rm -f "$build/bench/$part.json.new"
  elif [ "$status" -ne 0 ]; then
    echo "bench: $part failed (exit $status)" >&2
    exit 1
  else
    mv "$build/bench/$part.json.new" "$build/bench/$part.json"
  fi
done
jq -s 'reduce .[] as $part ({}; . * $part)' "$build"/bench/*.json >"$build/bench.json"

# every list of objects as a table, every object as lines
table='
  def cell: if type == "number" then (. * 100 | round / 100 | tostring)
            elif type == "object" then to_entries | map("\(.key) \(.value | cell)") | join(", ")
            else tostring end;
  .[$key] | if type == "array"
    then (.[0] // {} | keys_unsorted | @tsv), (.[] | [.[] | cell] | @tsv)
    else to_entries[] | "\(.key)\t\(.value | cell)" end'
jq -r 'keys_unsorted[]' "$build/bench.json" | while read -r key; do
  printf '\n%s\n' "$key"
  jq -r --arg key "$key" "$table" "$build/bench.json" | column -t -s $'\t'
done
