#!/usr/bin/env bash
# Install programs, units, data, man pages and completion below $DESTDIR$PREFIX.
set -eu
cd "$(dirname "$0")/.."
: "${BUILD:=build}" "${PREFIX:=/usr/local}" "${DESTDIR:=}"
root=$DESTDIR$PREFIX

for program in pniscope pniscope-probe pniscope-control; do
  install -D -m 755 "$BUILD/$program" "$root/bin/$program"
done
for unit in scripts/systemd/*.service; do
  mkdir -p "$root/lib/systemd/system"
  sed "s|@PREFIX@|$PREFIX|" "$unit" >"$root/lib/systemd/system/$(basename "$unit")"
done
for page in docs/man/*.1; do
  [ -e "$page" ] && install -D -m 644 "$page" "$root/share/man/man1/$(basename "$page")"
done
for file in data/*; do
  [ -e "$file" ] && install -D -m 644 "$file" "$root/share/pniscope/$(basename "$file")"
done
for file in docs/examples/*.conf; do
  [ -e "$file" ] && install -D -m 644 "$file" "$root/share/doc/pniscope/examples/$(basename "$file")"
done
if [ -e docs/completion/pniscope.bash ]; then
  install -D -m 644 docs/completion/pniscope.bash "$root/share/bash-completion/completions/pniscope"
fi
find pmd-config -type f | while read -r file; do
  install -D -m 644 "$file" "$root/share/pniscope/$file"
done
echo "installed below $root"
