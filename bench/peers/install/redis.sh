#!/usr/bin/env bash
# Redis for Redis Streams and BullMQ, of Debian.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v redis-server >/dev/null || apt_install redis-server
redis-server --version
