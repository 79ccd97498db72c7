#!/usr/bin/env bash
# A flood of SIP must slow nobody: 1 M messages/s over shared memory, one frame in 250 of them LACP. The
# worker counts every frame, bulk punts that find their ring full are counted, and the control queue
# loses nothing.   FLOOD_SECONDS, FLOOD_PPS
. "$(dirname "$0")/../../scripts/lib-test.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
seconds=${FLOOD_SECONDS:-4} pps=${FLOOD_PPS:-1000000}
[ "$(nproc)" -ge 2 ] || lab_skip "two CPUs are needed: one sends, one receives"

lab_begin flood
redis_start

# 1000 OPTIONS of different calls and ports, and an LACPDU behind each 249 of them
python3 - "$LAB_DIR/flood.pcap" <<'PY'
import struct, sys

def options(n):
    text = (f"OPTIONS sip:sbc@203.0.113.10 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:{20000 + n};branch=z9hG4bK{n:08d}\r\n"
            f"From: <sip:a@198.51.100.1>;tag={n}\r\nTo: <sip:sbc@203.0.113.10>\r\nCall-ID: {n:08d}@198.51.100.1\r\n"
            f"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n").encode()
    udp = struct.pack(">HHHH", 20000 + n, 5060, 8 + len(text), 0) + text
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), n, 0, 64, 17, 0, bytes([198, 51, 100, 1]), bytes([203, 0, 113, 10]))
    return bytes.fromhex("0200000000020200000000010800") + ip + udp

def lacpdu():
    actor = struct.pack(">BBH6sHHHB3x", 1, 20, 1, bytes.fromhex("020000000001"), 1, 1, 1, 0x3d)
    partner = struct.pack(">BBH6sHHHB3x", 2, 20, 1, bytes.fromhex("020000000002"), 1, 1, 1, 0x3d)
    body = b"\x01\x01" + actor + partner + struct.pack(">BBH12x", 3, 16, 0) + bytes(52)
    return bytes.fromhex("0180c20000020200000000018809") + body

with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for n in range(1000):
        frames = [options(n)] + ([lacpdu()] if n % 249 == 248 else [])
        for frame in frames:
            f.write(struct.pack("<IIII", n, 0, len(frame), len(frame)) + frame)
PY

PMD_SOCKET=$LAB_DIR/memif.sock
export PMD_SOCKET
. "$here/../../pmd-config/memif.conf"
probe_contract "lcores = \"$(($(nproc) - 1))\"; flows = 100000;"
mkfifo "$LAB_DIR/trials"
exec 7<>"$LAB_DIR/trials"
lab_start generator from_7 "$build/functional/memif_gen" "$PMD_SOCKET" "$LAB_DIR/flood.pcap" \
  --no-pci --no-huge -m 256 --no-telemetry --log-level=error --file-prefix="$LAB_NAME-g$$" --lcores '0@0'
lab_wait 20 grep -q listening "$LAB_DIR/generator.log" || exit 1
# shellcheck disable=SC2086
lab_start probe "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" $PMD_OPTIONS -- $PMD_EAL --file-prefix="$LAB_NAME-p$$"
lab_wait 20 grep -q ready "$LAB_DIR/generator.log" || exit 1

field() { rcli hget "pni:{lab}:probe:p1" "$1"; }
said() { [ "$(wc -l <"$LAB_DIR/generator.log")" -ge 3 ]; }
counted_all() { [ "$(field packets)" = "$sent" ]; }

echo "$pps $seconds" >&7
lab_wait $((seconds + 10)) said || exit 1
answer=$(tail -n 1 "$LAB_DIR/generator.log")
sent=$(jq '.offered - .refused' <<<"$answer")
lab_wait 10 counted_all
echo "offered $(jq -c '[.offered, .refused, .seconds]' <<<"$answer"), analysed $(field packets)," \
  "bulk $(field punt_bulk) read and $(field punt_bulk_drops) dropped, control $(field punt_control) and $(field punt_control_drops)," \
  "$(field cycles_per_packet) cycles a packet"
lacp=$(rcli hget "pni:{lab}:link:pni-a:class:lacp" packets_peer_to_msft)
sip=$(rcli hget "pni:{lab}:link:pni-a:class:sip" packets_peer_to_msft)
check "every frame that the ring took is analysed" [ "$(field packets)" = "$sent" ]
check "the flood was one" at_least "$sip" 100000
check "every SIP frame is punted or counted as dropped" [ $(($(field punt_bulk) + $(field punt_bulk_drops))) = "$sip" ]
check "every LACPDU is punted, none dropped" [ "$(field punt_control) $(field punt_control_drops)" = "$lacp 0" ]
exec 7>&-
lab_stop generator
check "the probe stops cleanly" lab_stop probe
check_end
