// From an address to a session that has said Hello and is logged in. One attempt; who calls decides about others.

import { MillraceError } from '@millrace/protocol';
import { onAbort } from '../on-abort.ts';
import { orAborted } from '../wait.ts';
import type { Address } from './address.ts';
import type { Login } from './login.ts';
import { openSocket } from './open-socket.ts';
import { Session, type SessionOwner } from './session.ts';
import type { TlsSource } from './tls.ts';

/** What Hello tells the broker; kept equal to package.json by a test. */
export const CLIENT_VERSION = '0.1.0';

export interface DialOptions {
  readonly clientName: string;
  /** For what is asked for certificates and secrets, again for the socket, and again for Hello with the login, ms. */
  readonly connectTimeoutMs: number;
  readonly tls: TlsSource;
  readonly login: Login;
  /** For gateways: see `Introduction`. */
  readonly actAs?: string | undefined;
  readonly actFor?: string | undefined;
  /** See `Introduction`. */
  readonly clientId: string;
  readonly connectionNumber: number;
  readonly signal: AbortSignal;
}

/** Throws CONNECTION_LOST, MALFORMED_FRAME (not a broker), INVALID_CONFIG, or what the broker answers to Hello. */
export async function dial(
  address: Address,
  owner: SessionOwner,
  options: DialOptions,
): Promise<Session> {
  const { clientName, actAs, actFor, clientId, connectionNumber } = options;
  const { connectTimeoutMs, signal } = options;
  const { tls, exchange } = await prepared(options);
  const wire = await openSocket(address, { timeoutMs: connectTimeoutMs, tls, signal });
  const session = new Session(address, wire, owner);
  const giveUp = () => session.destroy(new MillraceError('ABORTED'));
  const unlisten = onAbort(signal, giveUp);
  try {
    const client = { clientName, clientVersion: CLIENT_VERSION, clientId, connectionNumber };
    await session.hello({ ...client, actAs, actFor }, exchange, connectTimeoutMs);
    return session;
  } catch (error) {
    const reason = error instanceof MillraceError ? beforeHello(error) : error;
    session.destroy(reason as MillraceError);
    throw reason;
  } finally {
    unlisten();
  }
}

/** Nothing was asked for yet, so no outcome is unknown: what counts is why the connection ended. */
function beforeHello(error: MillraceError): MillraceError {
  return error.code === 'OUTCOME_UNKNOWN' && error.cause instanceof MillraceError
    ? error.cause
    : error;
}

/** Asked for before the broker is: it does not wait for a secret. Functions of the caller may fail, and may hang. */
async function prepared({ tls, login, connectTimeoutMs, signal }: DialOptions) {
  const timeout = AbortSignal.timeout(connectTimeoutMs);
  try {
    const both = orAborted(Promise.all([tls(), login()]), timeout);
    const [settings, exchange] = await orAborted(both, signal);
    return { tls: settings, exchange };
  } catch (cause) {
    if (cause instanceof MillraceError && cause.code === 'INVALID_CONFIG') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const why = timeout.aborted ? `they did not come within ${connectTimeoutMs} ms` : reason;
    const text = `Certificates or secrets to connect with are not there: ${why}`;
    throw new MillraceError('CONNECTION_LOST', text, {}, { cause });
  }
}
