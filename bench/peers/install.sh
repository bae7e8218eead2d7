#!/usr/bin/env bash
# Installs what the comparison with peers needs: their clients (npm), then each server by its script in install/.
# Each may be run again. One that fails is named at the end and does not stop the others.
# `install.sh nats redis` installs these servers only.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

failed=()
step() {
  printf '== %s\n' "$1" >&2
  shift
  "$@" >&2
}

clients() {
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
    node ../../node_modules/typescript/bin/tsc -b .
}

step 'clients' clients || failed+=(clients)

if [ $# -eq 0 ]; then
  for script in install/*.sh; do
    name="$(basename "$script" .sh)"
    case "$name" in lib | lib-*) ;; *) set -- "$@" "$name" ;; esac
  done
fi
for name in "$@"; do
  if [ ! -f "install/$name.sh" ]; then
    printf 'install: there is no install/%s.sh\n' "$name" >&2
    failed+=("$name")
  else
    step "$name" bash "install/$name.sh" || failed+=("$name")
  fi
done

if [ ${#failed[@]} -gt 0 ]; then
  printf 'install: failed: %s; the comparison skips them by name\n' "${failed[*]}" >&2
  exit 1
fi
printf 'install: all there\n' >&2
