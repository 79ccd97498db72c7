#!/usr/bin/env bash
# A folder of lib/ may include only folders to its left, always with the folder in the name, and
# outside libraries stand in one folder each. Prints each breach as FILE:LINE; exit 1 when there is one.
set -u
cd "$(dirname "$0")/.." || exit 2
order=(base conf proto state classify measure detect snap path inspect store audit ui)
declare -A rank
for i in "${!order[@]}"; do rank[${order[$i]}]=$i; done
bad=0

complain() {
  echo "$1: $2"
  bad=1
}

while IFS=: read -r file line text; do
  folder=$(cut -d/ -f2 <<<"$file")
  target=$(sed -E 's/.*"([^"]*)".*/\1/' <<<"$text")
  wanted=${target%%/*}
  if [ "$wanted" = "$target" ]; then
    complain "$file:$line" "include \"$target\" names no folder; write \"$folder/$target\""
  elif [ -z "${rank[$wanted]+x}" ]; then
    complain "$file:$line" "\"$target\" is in no folder of lib/"
  elif [ "${rank[$wanted]}" -gt "${rank[$folder]}" ]; then
    complain "$file:$line" "lib/$folder may not use lib/$wanted, which stands to its right"
  fi
done < <(grep -rnE '^#include "' lib --include='*.[ch]')

# outside library -> the only folder of lib/ that may include it
only() {
  while IFS=: read -r file line _; do
    [[ $file =~ ^lib/($2)/ ]] || complain "$file:$line" "only lib/$2 may include $1"
  done < <(grep -rnE "^#include <$1" lib --include='*.[ch]')
}
only libconfig conf
only hiredis store
only 'rte_' path
only pcap path
only zlib path
only openssl inspect
only jansson 'store|ui'
only microhttpd ui
exit $bad
