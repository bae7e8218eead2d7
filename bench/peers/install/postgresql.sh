#!/usr/bin/env bash
# PostgreSQL for pg-boss, of Debian. A cluster of the system is not touched: the comparison makes its own.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || apt_install postgresql
ls /usr/lib/postgresql/*/bin/postgres
