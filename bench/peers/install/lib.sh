# Sourced by the scripts beside it: where servers go, and packages of Debian without their services.
set -euo pipefail

SERVERS="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.servers"
mkdir -p "$SERVERS"

# apt_install PACKAGE...: installs, and starts none of the services that come with it.
apt_install() {
  if [ "$(id -u)" -ne 0 ]; then
    echo "as root: apt-get install $*" >&2
    return 1
  fi
  local policy=/usr/sbin/policy-rc.d code=0 is_ours=false
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    is_ours=true
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } || code=$?
  if [ "$is_ours" = true ]; then rm -f "$policy"; fi
  return "$code"
}
