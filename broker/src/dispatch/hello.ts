// What the broker says of itself in Hello, and how a connection becomes somebody's: by Hello alone, or by Hello and
// Authenticate. Who may come in is for Logins.

import {
  APIS,
  type ApiName,
  codecsAvailable,
  LIMITS,
  MillraceError,
  type RequestOf,
  type ResponseInput,
} from '@millrace/protocol';
import type { CancelSignal } from '../handlers/handler.ts';
import type { LiveSessions } from '../login/live-sessions.ts';
import type { LoginPeer, LoginStep, Logins } from '../login/logins.ts';
import { waitOut } from '../login/wait-out.ts';
import type { Peer } from './peer.ts';

export interface HelloFacts {
  readonly brokerVersion: string;
  /** Names the data directory. */
  readonly instanceId: string;
  /** Limits that this broker's options set; the others are those of the protocol. */
  readonly limits: { readonly inFlightRequestsMax: number; readonly connectionsMax: number };
  readonly nowMs: () => number;
  readonly logins: Pick<Logins, 'begin' | 'finish'>;
  readonly sessions: Pick<LiveSessions, 'add' | 'remove'>;
}

type HelloReply = ResponseInput<'Hello'>;
type AuthenticateReply = ResponseInput<'Authenticate'>;

const API_RANGES = (Object.keys(APIS) as ApiName[]).map((name) => {
  const { key, versions } = APIS[name];
  return { key, versionMin: versions.min, versionMax: versions.max };
});

/** A refusal comes when what it costs is over, or the connection. */
export function answerHello(
  request: RequestOf<'Hello'>,
  peer: Peer,
  facts: HelloFacts,
  signal: CancelSignal,
): HelloReply | Promise<HelloReply> {
  if (peer.greeted) {
    throw new MillraceError('INVALID_REQUEST', 'This connection has said Hello before.');
  }
  const step = facts.logins.begin(request, loginPeer(peer));
  if (step.kind === 'refused') return refuse(peer, step, signal);
  const said = sayHello(peer, facts);
  if (step.kind === 'begun') {
    peer.login = step.login;
    return { ...said, challenge: step.challenge };
  }
  return { ...said, ...enter(peer, facts, request, step) };
}

/** The last message of a mechanism that takes two. */
export function answerAuthenticate(
  { credentials }: RequestOf<'Authenticate'>,
  peer: Peer,
  facts: HelloFacts,
  signal: CancelSignal,
): AuthenticateReply | Promise<AuthenticateReply> {
  const { login } = peer;
  if (login === undefined || login === 'refused') {
    throw new MillraceError('INVALID_REQUEST', 'This connection is not logging in.');
  }
  const step = facts.logins.finish(login, credentials, loginPeer(peer));
  if (step.kind === 'refused') return refuse(peer, step, signal);
  if (step.kind === 'begun') throw new Error('a login of two messages begins once');
  return enter(peer, facts, login.hello, step);
}

function loginPeer({ info, transport }: Peer): LoginPeer {
  const { connectionId, remoteAddress } = info;
  return { ...transport, connectionId, remoteAddress };
}

function enter(
  peer: Peer,
  { sessions }: HelloFacts,
  { clientName, clientVersion }: RequestOf<'Hello'>,
  { access, identity, challenge }: Extract<LoginStep, { kind: 'in' }>,
): { readonly user: string | null; readonly challenge: Uint8Array | null } {
  peer.login = undefined;
  peer.greet(clientName, clientVersion, access);
  if (identity !== undefined) {
    sessions.add(peer, identity);
    peer.info.ended.onCancel(() => sessions.remove(peer));
  }
  return { user: access.user === '' ? null : access.user, challenge: challenge ?? null };
}

/** Meanwhile nothing else is taken on this connection: it has nothing to say any more. */
function refuse(
  peer: Peer,
  { error, delayMs }: Extract<LoginStep, { kind: 'refused' }>,
  signal: CancelSignal,
): Promise<never> {
  peer.login = 'refused';
  if (delayMs === 0) throw error;
  return waitOut(delayMs, signal).then(() => {
    throw error;
  });
}

function sayHello(peer: Peer, facts: HelloFacts): HelloReply {
  const { inFlightRequestsMax, connectionsMax } = facts.limits;
  return {
    brokerVersion: facts.brokerVersion,
    instanceId: facts.instanceId,
    connectionId: peer.info.connectionId,
    serverTimeMs: facts.nowMs(),
    apis: API_RANGES,
    codecs: codecsAvailable(),
    limits: { ...LIMITS, inFlightRequestsMax, connectionsMax },
  };
}
