#!/usr/bin/env bash
# Installs the clients of SQS in Python that tests run: `.venv` beside this file, and in it an older botocore apart.
# It does nothing where all of it is there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

stamp=.venv/installed.sha256
wanted="$(cat requirements.txt requirements-query.txt | sha256sum)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi
rm -rf .venv
python3 -m venv .venv
pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile)
"${pip[@]}" --requirement requirements.txt
"${pip[@]}" --requirement requirements-query.txt --target .venv/query
printf '%s\n' "$wanted" >"$stamp"
