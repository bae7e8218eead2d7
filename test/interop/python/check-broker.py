# Plays scenarios against a broker: check-broker.py HOST:PORT [NAME...]; without a name all. Those for a broker that asks who its
# clients are: check-broker.py --login HOST:PORT TOKEN [NAME...], with the administrator's token.
# Prints a line for each; exits with 1 if one failed.
import sys
import time
import traceback

sys.dont_write_bytecode = True

from millrace.client import Connection
from scenarios import connection, fetch, group, login, produce, share

GROUPS = (connection, produce, fetch, group, share)
SCENARIOS = {name: scenario for part in GROUPS for name, scenario in part.SCENARIOS.items()}


def play(name, scenario, host, port, token):
    def connect(hello=token is None):
        opened = Connection(host, port)
        if hello:
            opened.hello()
        return opened

    connect.token = token

    began = time.monotonic()
    try:
        scenario(connect)
    except Exception:
        print(f'FAILED {name}\n{traceback.format_exc()}', flush=True)
        return False
    print(f'ok {name} ({(time.monotonic() - began) * 1000:.0f} ms)', flush=True)
    return True


def main(arguments):
    token, scenarios = None, SCENARIOS
    if arguments[0] == '--login':
        _, address, token, *names = arguments
        scenarios = login.SCENARIOS
    else:
        address, *names = arguments
    host, port = address.rsplit(':', 1)
    played = [play(name, scenarios[name], host, int(port), token) for name in names or scenarios]
    return 0 if all(played) else 1


sys.exit(main(sys.argv[1:]))
