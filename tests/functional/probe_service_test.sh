#!/usr/bin/env bash
# The probe as a daemon: what it tells the service manager, reload with good and bad files, a stop
# within one interval with the last epoch written, one line for what can't be. No root, no DPDK.
set -u
cd "$(dirname "$0")/../.." || exit 2
. scripts/lib-test.sh
lab_begin service
build=${BUILD:-build}
bad=0
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; bad=1; fi
}

# 100 UDP frames, 10 ms apart
python3 - "$LAB_DIR/a.pcap" <<'PY'
import struct, sys
frame = (bytes.fromhex("020000000002020000000001080045000020000000004011000000" "000000") + bytes.fromhex("00000000")
         + struct.pack(">HHHH", 5000, 5001, 12, 0)).ljust(60, b"\0")
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for i in range(100):
        f.write(struct.pack("<IIII", 1700000000, i * 10000, len(frame), len(frame)) + frame)
PY

configure() { # PORT EXTRA; never half a file, the probe may be reading
  cat >"$LAB_DIR/probe.new" <<CONF
probe = { id = "p1"; site = "lab"; flows = 10000; spool = "$LAB_DIR"; };
peering = { name = "service"; type = "isp"; };
peer = { asn = 64496; };
sites = ( { name = "lab"; metro = "Lab"; } );
links = ( { name = "pni-a"; site = "lab"; role = "primary"; bandwidth = "10G";
  members = ( { speed = "10G"; both = "$1"; direction = { by = "subnet"; }; } ); } );
redis = { server = "unix:$LAB_DIR/redis.sock"; };
$2
CONF
  mv "$LAB_DIR/probe.new" "$LAB_DIR/probe.conf"
}

# What arrives at the service manager's socket, one message a line.
cat >"$LAB_DIR/manager.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)
PY
told() { grep -q "^$1" "$LAB_DIR/manager.log"; }
logged() { grep -q "$1" "$LAB_DIR/probe.log"; }
has_epoch() { [ -n "$(rcli hget 'pni:{lab}:epoch:p1' seq)" ]; }
digest() { rcli hget 'pni:{lab}:probe:p1' config_sha256; }
packets() { rcli hget 'pni:{lab}:probe:p1' packets; }
digest_is_not() { [ "$(digest)" != "$1" ]; }
times_ready() { [ "$(grep -c '^READY' "$LAB_DIR/manager.log")" -ge "$1" ]; }

redis_start
lab_start manager python3 "$LAB_DIR/manager.py" "$LAB_DIR/notify"
lab_wait 10 test -S "$LAB_DIR/notify"
configure "pcap:$LAB_DIR/a.pcap" ""
lab_start probe env NOTIFY_SOCKET="$LAB_DIR/notify" WATCHDOG_USEC=2000000 \
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" --pace --loop
check "tells that it is ready" lab_wait 10 told READY=1
lab_alive probe || exit 1
check "feeds the watchdog" lab_wait 10 told WATCHDOG=1
check "writes epochs" lab_wait 10 has_epoch
before=$(digest)

configure "pcap:$LAB_DIR/a.pcap" 'nonsense = 1;'
kill -HUP "${LAB_PID[probe]}"
check "refuses a bad file and says why" lab_wait 10 logged 'reload refused, nothing changed: .*probe.conf:8: .*nonsense'
check "is ready again" lab_wait 10 times_ready 2
configure "pcap:$LAB_DIR/b.pcap" ""
kill -HUP "${LAB_PID[probe]}"
check "refuses other ports" lab_wait 10 logged 'other ports need a restart'
configure "pcap:$LAB_DIR/a.pcap" ""
sed -i 's/flows = 10000/flows = 20000/' "$LAB_DIR/probe.conf"
kill -HUP "${LAB_PID[probe]}"
check "refuses what is read at the start" lab_wait 10 logged 'nothing changed: .*probe.flows changed: that needs a restart'
sleep 1.2
check "goes on under the old file" test "$(digest)" = "$before"

configure "pcap:$LAB_DIR/a.pcap" 'subnets = ( { prefix = "192.0.2.0/24"; side = "peer"; } );'
kill -HUP "${LAB_PID[probe]}"
check "tells that it reloads" lab_wait 10 told RELOADING=1
check "takes a good file" lab_wait 10 logged 'reloaded '
check "the new file's digest is in Redis" lab_wait 10 digest_is_not "$before"

# many signals at once: the last file is taken, and none is refused because another is being taken
refusals=$(grep -c 'reload refused' "$LAB_DIR/probe.log")
for n in 1 2 3 4 5 6 7 8; do
  configure "pcap:$LAB_DIR/a.pcap" "subnets = ( { prefix = \"192.0.2.$n/32\"; side = \"peer\"; } );"
  kill -HUP "${LAB_PID[probe]}"
done
last=$("$build/pniscope" check "$LAB_DIR/probe.conf" | sed -n '1s/.* //p')
has_last() { [ "$(digest)" = "$last" ]; }
check "of many reloads the last one holds" lab_wait 10 has_last
check "none was refused" test "$(grep -c 'reload refused' "$LAB_DIR/probe.log")" = "$refusals"

# about 100 packets a second, whatever was reloaded meanwhile
first=$(packets) start=$(date +%s%N)
sleep 3
last=$(packets) end=$(date +%s%N)
rate=$(((last - first) * 1000000000 / (end - start)))
check "paced: $rate packets/s where 100 were recorded" test "$rate" -ge 60 -a "$rate" -le 140

start=$(date +%s%N)
kill -TERM "${LAB_PID[probe]}"
wait "${LAB_PID[probe]}"
status=$?
took=$((($(date +%s%N) - start) / 1000000))
unset "LAB_PID[probe]"
check "ends with 0" test $status -eq 0
check "within one interval ($took ms)" test $took -lt 1000
check "tells that it stops" told STOPPING=1
total=$(sed -nE 's/.* ([0-9]+) packets, .*/\1/p' "$LAB_DIR/probe.log")
check "the last epoch holds all $total packets" test "$(packets)" = "$total"

refused() { # PATTERN PORT OPTION...: exit 2, one line
  local pattern=$1
  configure "$2" ""
  shift 2
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" "$@" >"$LAB_DIR/refused" 2>&1
  [ $? -eq 2 ] && [ "$(wc -l <"$LAB_DIR/refused")" -eq 1 ] && grep -q -e "$pattern" "$LAB_DIR/refused"
}
check "a capture that is not there" refused 'No such file' "pcap:$LAB_DIR/none.pcap"
check "an interface that is not there, and where it is named" refused 'probe.conf:6: port .*no interface nosuch0' 'net_af_packet0,iface=nosuch0'
check "a driver that is not there" refused 'does not exist' 'net_nosuch0'
stray() {
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" stray --check >"$LAB_DIR/refused" 2>&1
  [ $? -eq 2 ] && grep -q '"stray" is not understood' "$LAB_DIR/refused"
}
check "a driver that has no end" refused 'net_null0 is live: --once, --pace and --loop are for pcap: ports' 'net_null0' --once
check "a capture with and without an end" refused 'one of them would be right' "pcap:$LAB_DIR/a.pcap" --once --loop
check "more buffers than there can be" refused 'up to 100000000' "pcap:$LAB_DIR/a.pcap" --mbufs 4294967295
too_many_flows() {
  configure "pcap:$LAB_DIR/a.pcap" ""
  sed -i 's/flows = 10000/flows = 1000000000/' "$LAB_DIR/probe.conf"
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" --once >"$LAB_DIR/refused" 2>&1
  [ $? -eq 2 ] && [ "$(wc -l <"$LAB_DIR/refused")" -eq 1 ] &&
    grep -q 'probe.conf:1: probe.flows = 1000000000 takes 122070 MB at least, this machine has' "$LAB_DIR/refused"
}
# 128 GB of flow records: elsewhere they would be taken
if [ "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)" -lt 120000000 ]; then
  check "more flows than memory" too_many_flows
fi
unknown_user() {
  configure "pcap:$LAB_DIR/a.pcap" ""
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" --once --user no-such-user >"$LAB_DIR/refused" 2>&1
  [ $? -eq 2 ] && [ "$(wc -l <"$LAB_DIR/refused")" -eq 1 ] && grep -q 'no such user' "$LAB_DIR/refused"
}
check "a user that is not there, before anything is read" unknown_user
lost() { # of one run nothing reached Redis: it did not succeed
  sed -i 's/redis.sock/gone.sock/' "$LAB_DIR/probe.conf"
  "$build/pniscope-probe" -c "$LAB_DIR/probe.conf" --once >"$LAB_DIR/refused" 2>&1
  [ $? -eq 2 ] && grep -q 'gone.sock: at the end the newest state was not written' "$LAB_DIR/refused"
}
check "results that reached no Redis" lost
check "a stray word, behind which options would go unread" stray
[ $bad = 0 ] || cat "$LAB_DIR/refused"
exit $bad
