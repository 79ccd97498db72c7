#!/usr/bin/env bash
# Every file of pmd-config/ starts a real probe; where something can send, the frames arrive.
set -u
cd "$(dirname "$0")/../.." || exit 2
. scripts/lib-test.sh
lab_begin pmd
build=${BUILD:-build}
bad=0

# Starts the probe on PMD_PORT and an idle ring; its log is in probe.log.
start_probe() { # [COMMAND...]
  probe_contract "flows = 100000;"
  rcli del 'pni:{lab}:probe:p1' >/dev/null
  # shellcheck disable=SC2086
  lab_start probe "$@" "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" $PMD_OPTIONS -- $PMD_EAL
}

counted() { # LEAST: an epoch is written, and says so many
  local seen
  seen=$(rcli hget 'pni:{lab}:probe:p1' packets)
  at_least "${seen:-none}" "$1"
}

# So many packets arrive, and the probe stops cleanly with their number.
expect() { # NAME LEAST
  local name=$1 least=$2 seen
  lab_wait 60 counted "$least"
  lab_stop probe
  seen=$(sed -nE 's/.* ([0-9]+) packets, .*/\1/p' "$LAB_DIR/probe.log")
  if at_least "${seen:-none}" "$least"; then
    echo "$name: started, $seen packets"
  else
    echo "$name: FAILED, wanted at least $least packets, saw '${seen:-no clean stop}'"
    cat "$LAB_DIR/probe.log"
    bad=1
  fi
}

# 100 Ethernet frames as a capture
make_capture() {
  python3 - "$1" <<'PY'
import struct, sys
frame = bytes.fromhex("020000000002020000000001080045000020000000004011000001010101020202021388138800" "0c") + bytes(24)
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i in range(100):
        f.write(struct.pack("<IIII", i, 0, len(frame), len(frame)) + frame)
PY
}

test_null() {
  . pmd-config/null.conf
  start_probe
  expect null 1000000
}

test_ring() {
  . pmd-config/ring.conf
  start_probe
  expect ring 0
}

test_pcap() {
  make_capture "$LAB_DIR/x.pcap"
  export PMD_CAPTURE=$LAB_DIR/x.pcap
  . pmd-config/pcap.conf
  start_probe
  expect pcap 100000
}

test_af_packet() {
  [ "$(id -u)" -eq 0 ] || { echo "skipped af_packet: needs root"; return; }
  net_begin
  net_pair tap0 gen0
  export PMD_IFACE=tap0
  . pmd-config/af_packet.conf
  start_probe ip netns exec "$NETNS"
  lab_wait 20 counted 0
  in_net python3 - <<'PY'
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("gen0", 0))
for i in range(1000):
    s.send(bytes.fromhex("0200000000020200000000010800") + bytes(50))
PY
  expect af_packet 1000
}

test_memif() {
  export PMD_SOCKET=$LAB_DIR/memif.sock
  . pmd-config/memif.conf
  mkfifo "$LAB_DIR/trials"
  exec 7<>"$LAB_DIR/trials"
  lab_start generator from_7 "$build/functional/memif_gen" "$PMD_SOCKET" 1000 --no-pci --no-huge -m 256 \
    --file-prefix="$LAB_NAME-gen$$" --no-telemetry --lcores '0@0'
  lab_wait 20 grep -q listening "$LAB_DIR/generator.log"
  start_probe
  lab_wait 20 counted 0
  echo "100000 1" >&7
  expect memif 50000
  exec 7>&-
  lab_stop generator
}

test_virtio_user() {
  local need=400 free
  free=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages 2>/dev/null || echo 0)
  command -v dpdk-testpmd >/dev/null || { echo "skipped virtio-user: no dpdk-testpmd"; return; }
  [ "$free" -ge $need ] || { echo "skipped virtio-user: needs $need free hugepages of 2 MiB, there are $free"; return; }
  export PMD_SOCKET=$LAB_DIR/vhost.sock
  . pmd-config/virtio-user.conf
  mkfifo "$LAB_DIR/testpmd"
  exec 7<>"$LAB_DIR/testpmd"
  lab_start testpmd from_7 dpdk-testpmd --lcores '0@0,1@0' --no-pci --in-memory --single-file-segments \
    -m 256 --no-telemetry --vdev="net_vhost0,iface=$PMD_SOCKET,queues=1" -- -i \
    --forward-mode=txonly --no-lsc-interrupt
  lab_wait 10 test -S "$PMD_SOCKET"
  start_probe
  # it must not transmit before the two have agreed on their memory
  lab_wait 20 counted 0
  echo start >&7
  expect virtio-user 10000
  echo quit >&7
  exec 7>&-
  lab_stop testpmd
}

redis_start
test_null
test_ring
test_pcap
test_af_packet
test_memif
test_virtio_user
exit $bad
