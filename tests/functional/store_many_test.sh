#!/usr/bin/env bash
# Thousands of records read in few exchanges with a real Redis, by the audit and by the command line;
# and one that Redis refuses hides no other.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=scripts/lib-test.sh
. scripts/lib-test.sh
lab_begin store-many
build=${BUILD:-build}
export PNISCOPE_CLIENT=/dev/null
subnets=1203 # two exchanges and a rest; the seed has one more of its own
C=$LAB_DIR/peering.conf

redis_start
cat >"$C" <<EOF
peering = { name = "lab"; type = "voice"; };
peer = { asn = 64496; };
sites = ( { name = "ams1"; metro = "Amsterdam"; } );
links = (
  { name = "pni-ams1"; site = "ams1"; role = "primary"; bandwidth = "10G";
    tap = { kind = "optical"; probe = "p1"; };
    members = ( { speed = "10G"; peer_to_msft = "pcap:a0"; msft_to_peer = "pcap:a1"; } ); } );
subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["srtp"]; } $(
  for ((i = 0; i < subnets; i++)); do
    echo ", { prefix = \"10.$((i >> 8)).$((i & 255)).0/24\"; side = \"peer\"; classes = [\"srtp\"]; }"
  done) );
redis = { server = "$REDIS"; };
EOF

listed() { "$build/pniscope" -r "$REDIS" "$@" 2>&1; }
count() { listed subnets --json | jq '[.subnets[].prefix] | unique | length'; }
has_all() { [ "$(rcli SCARD 'pni:{ams1}:subnets')" = $((subnets + 1)) ]; }
reads() { rcli INFO stats | tr -d '\r' | sed -n 's/^total_reads_processed://p'; }
reads_of() { # COMMAND...: how often Redis read from its clients while it ran
  local before
  before=$(reads)
  "$@" >"$LAB_DIR/reads_of.log" 2>&1
  echo $(($(reads) - before))
}

lab_start seed "$build/functional/control_seed" "$REDIS" ams1 p1 subnets=$subnets undeclared=500
lab_wait 20 has_all
lab_stop seed

check "every subnet is listed once" test "$(count)" = $((subnets + 1))
check "in few exchanges: $(reads_of listed subnets --json) reads" \
  at_most "$(reads_of listed subnets --json)" $((subnets / 10))
audit_reads=$(reads_of "$build/pniscope-control" -c "$C" --once)
check "so does the audit of $((3 * subnets)) classes: $audit_reads reads" \
  at_most "$audit_reads" $((3 * subnets / 5))
P='pni:{@lab}'
# each of the seed's subnets has two classes that this contract does not name
check "a finding for each class that is not declared" \
  test "$(rcli ZCARD "$P:findings:open")" -ge $((2 * subnets))

rcli DEL 'pni:{ams1}:subnet:10.0.7.0/24' >/dev/null
rcli SET 'pni:{ams1}:subnet:10.1.7.0/24' nonsense >/dev/null
check "a record that is gone and one of another type hide no other" \
  test "$(count)" = $((subnets - 1))
check_end
