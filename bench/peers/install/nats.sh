#!/usr/bin/env bash
# nats-server, built by Go where it is there: Debian's is too old for sync_interval: always. Without Go, Debian's.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ -x "$SERVERS/nats-server" ]; then
  "$SERVERS/nats-server" --version
  exit
fi
if command -v go >/dev/null && GOBIN="$SERVERS" go install github.com/nats-io/nats-server/v2@latest; then
  "$SERVERS/nats-server" --version
  exit
fi
command -v nats-server >/dev/null || apt_install nats-server
nats-server --version
