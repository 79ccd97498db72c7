#!/usr/bin/env bash
# Install what the project needs, from the distribution's packages alone. Does nothing when all is there.
set -eu

# what builds it, what it links, what its tests run for real
packages=(
  gcc make pkg-config git ca-certificates
  libdpdk-dev dpdk dpdk-dev libpcap-dev zlib1g-dev libconfig-dev libhiredis-dev libcmocka-dev
  libjansson-dev libmicrohttpd-dev libssl-dev libsystemd-dev libnuma-dev
  redis-server redis-tools iproute2 procps ethtool jq curl python3 shellcheck
  clang clang-format clang-tidy cppcheck libclang-rt-14-dev gcovr mandoc tcpdump
)
# the routers, switches and callers of the labs
services=(frr bird2 gobgpd openvswitch-switch lldpd)
packages+=("${services[@]}" exabgp sip-tester baresip iperf3)

# a package that this release names differently is left to the release
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "setup: missing packages, and installing them needs root. Run:" >&2
  echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# services that only tests start, with a configuration of their own, must not start by themselves on
# somebody's machine: not now, and those that come with this run not at its next boot
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  echo "setup: the package manager failed; its last lines (all in $log):" >&2
  tail -n 15 "$log" >&2
  exit 1
fi
rm -f "$log"
if command -v systemctl >/dev/null; then
  for package in "${services[@]}"; do
    [[ " ${missing[*]} " != *" $package "* ]] || systemctl disable --quiet "${package/bird2/bird}" 2>/dev/null || true
  done
fi
