# Plays scenarios against a broker: check-broker.py HOST:PORT [NAME...]; without a name all.
# Prints a line for each; exits with 1 if one failed.
import sys
import time
import traceback

sys.dont_write_bytecode = True

from millrace.client import Connection
from scenarios import connection, fetch, group, produce, share

GROUPS = (connection, produce, fetch, group, share)
SCENARIOS = {name: scenario for part in GROUPS for name, scenario in part.SCENARIOS.items()}


def play(name, host, port):
    def connect(hello=True):
        opened = Connection(host, port)
        if hello:
            opened.hello()
        return opened

    began = time.monotonic()
    try:
        SCENARIOS[name](connect)
    except Exception:
        print(f'FAILED {name}\n{traceback.format_exc()}', flush=True)
        return False
    print(f'ok {name} ({(time.monotonic() - began) * 1000:.0f} ms)', flush=True)
    return True


def main(arguments):
    address, *names = arguments
    host, port = address.rsplit(':', 1)
    return 0 if all([play(name, host, int(port)) for name in names or SCENARIOS]) else 1


sys.exit(main(sys.argv[1:]))
