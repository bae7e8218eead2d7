// From an address to a session that has said Hello. One attempt; who calls decides about others.

import { MillraceError } from '@millrace/protocol';
import { onAbort } from '../on-abort.ts';
import type { Address } from './address.ts';
import { openSocket } from './connection.ts';
import { Session, type SessionOwner } from './session.ts';

/** What Hello tells the broker; kept equal to package.json by a test. */
export const CLIENT_VERSION = '0.1.0';

export interface DialOptions {
  readonly clientName: string;
  /** For the socket, and again for Hello, ms. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Throws CONNECTION_LOST, MALFORMED_FRAME (not a broker), or what the broker answers to Hello. */
export async function dial(
  address: Address,
  owner: SessionOwner,
  options: DialOptions,
): Promise<Session> {
  const { clientName, connectTimeoutMs, signal } = options;
  const wire = await openSocket(address, connectTimeoutMs, signal);
  const session = new Session(address, wire, owner);
  const giveUp = () => session.destroy(new MillraceError('ABORTED'));
  const unlisten = onAbort(signal, giveUp);
  try {
    await session.hello(clientName, CLIENT_VERSION, connectTimeoutMs);
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
