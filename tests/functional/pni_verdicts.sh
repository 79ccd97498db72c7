# The verdicts of a lab and what they stand on, for tests that begin cold and are told of the past (source
# it after scripts/lab/pni.sh): who calls has $here, $build, the $rows that
# it asks for and, once known, the verdicts $before.

# shellcheck shell=bash disable=SC2034,SC2154
PNI_MORE='subnets = ( { prefix = "203.0.113.0/24"; side = "peer"; classes = ["sip-tls", "srtp"]; standby = true; } );
bmp = { listen = "0.0.0.0:11019"; };
thresholds = { evidence_window_us = "20s"; r3_window_us = "15s"; r8_share_window_us = "15s"; r8_share_packets = 50; };'

# shellcheck source=/dev/null
. "$here/pni_same.sh"

# Of R3 what stands on routes: a stray frame among the few of a lab keeps its share of sources open.
verdicts() {
  "$build/pniscope" -r "$REDIS" audit --json | jq -c --arg rows "$rows" '[.audit[] | select(.id as $id | $rows | split(" ") | index($id)) |
    {(.id): (if .id == "R3" then ([.subchecks[] | select(.id != "sources") | .verdict] | unique | join("+")) else .verdict end)}] | add'
}
all_pass() { [ "$(verdicts | jq -c '[.[]] | unique')" = '["PASS"]' ]; }
as_before() { [ "$(verdicts)" = "$before" ]; }
