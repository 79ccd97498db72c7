#!/usr/bin/env bash
# An interconnect of real routers on this machine: two LACP LAGs (Open vSwitch), FRR and GoBGP as the
# peer's routers, BIRD as the cloud's, BFD and BGP on both, a tap per member and direction (docs/lab.md).
#
#   lab-pni.sh up [--probe] [--capture] [--voice]
#                                         in the foreground, until ^C; --probe: with pniscope-probe,
#                                         pniscope-control and a Redis on it; --capture: one pcap per
#                                         member and direction in the folder that it prints; --voice: ten
#                                         calls, and FRR on both links, so that they move when a link fails
#   lab-pni.sh fault NAME [LINK]          from another terminal: make something go wrong; alone: the list
#   lab-pni.sh heal NAME [LINK]           and end it
#   lab-pni.sh truth                      what the daemons say themselves, as JSON
#   lab-pni.sh gaps peer|cloud            gaps in the voice that arrived there, as JSON lines
#   lab-pni.sh cli ARGS...                pniscope on the lab's Redis
#   lab-pni.sh down                       end the lab that runs
# shellcheck source=/dev/null
. "$(dirname "$0")/lib-test.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lab/pni.sh"
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
state=${PNI_STATE:-${XDG_RUNTIME_DIR:-/run}/pniscope-lab-pni}

attach() {
  [ -e "$state" ] || { echo "no lab is up ($state)"; exit 2; }
  # shellcheck source=/dev/null
  . "$state"
}

up() {
  local with_probe=0 with_capture=0 with_voice=0
  for option in "$@"; do
    case $option in
      --probe) with_probe=1 ;;
      --capture) with_capture=1 ;;
      --voice) with_voice=1 ;;
      *) echo "up: --probe, --capture and --voice are known, $option is not"; exit 2 ;;
    esac
  done
  [ ! -e "$state" ] || { echo "a lab is up already ($state); down ends it"; exit 2; }
  # shellcheck disable=SC2034
  [ $with_voice = 1 ] && PNI_ROUTER=([a]=frr [b]=frr)
  lab_begin pni
  local begin=$SECONDS
  pni_up || exit 1
  [ $with_capture = 1 ] && pni_captures "$LAB_DIR"
  [ $with_voice = 1 ] && { pni_voice 10 || exit 1; }
  [ $with_probe = 1 ] && { pni_watch "$build" || exit 1; }
  trap 'exit 0' INT TERM
  pni_save "$state"
  echo "up after $((SECONDS - begin)) s, in $LAB_DIR; ^C ends it"
  while sleep 1; do :; done
}

case ${1:-} in
  up) shift && up "$@" ;;
  fault)
    attach
    [ $# -ge 2 ] || { pni_faults; exit 0; }
    pni_fault "$2" "${3:-a}"
    ;;
  heal) attach && pni_heal "${2:-}" "${3:-a}" ;;
  truth) attach && pni_truth ;;
  gaps) attach && pni_voice_gaps "${2:-cloud}" ;;
  cli) attach && shift && exec "$build/pniscope" -r "$REDIS" "$@" ;;
  down) attach && kill -TERM "$PNI_PID" ;;
  *)
    sed -n '2,16s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
