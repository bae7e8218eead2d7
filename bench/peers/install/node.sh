#!/usr/bin/env bash
# A newer Node.js for clients that do not run under the one at hand (pg-boss: 22).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

major="$(node -p 'process.versions.node.split(".")[0]')"
if [ "$major" -ge 22 ]; then
  echo "Node.js $major needs no other beside it"
  exit
fi
if [ ! -x "$SERVERS/node/bin/node" ]; then
  # The package `node` brings its binary by an install script; npx has both the package and the way to it.
  path="$(npx -y -p node@24 node -p process.execPath)"
  mkdir -p "$SERVERS/node/bin"
  cp "$path" "$SERVERS/node/bin/node.part"
  mv "$SERVERS/node/bin/node.part" "$SERVERS/node/bin/node"
fi
"$SERVERS/node/bin/node" --version
