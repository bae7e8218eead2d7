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
import type { NewestConnections } from './newest-connections.ts';
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
  readonly newest: Pick<NewestConnections, 'enter'>;
}

type HelloReply = ResponseInput<'Hello'>;
type AuthenticateReply = ResponseInput<'Authenticate'>;

const API_RANGES = (Object.keys(APIS) as ApiName[]).map((name) => {
  const { key, versions } = APIS[name];
  return { key, versionMin: versions.min, versionMax: versions.max };
});

/** A refusal comes when what it costs is over, or the connection; an answer, when those of other tries have come. */
export function answerHello(
  request: RequestOf<'Hello'>,
  peer: Peer,
  facts: HelloFacts,
  signal: CancelSignal,
): HelloReply | Promise<HelloReply> {
  if (peer.greeted) {
    throw new MillraceError('INVALID_REQUEST', 'This connection has said Hello before.');
  }
  if (peer.login === 'waiting') throw isWaiting();
  const step = facts.logins.begin(request, loginPeer(peer));
  if (step.kind === 'refused') return refuse(peer, step, signal);
  if (step.kind === 'wait') {
    return wait(peer, step.delayMs, signal, undefined, () =>
      answerHello(request, peer, facts, signal),
    );
  }
  const said = sayHello(peer, facts);
  if (step.kind === 'begun') {
    peer.login = step.login;
    return { ...said, challenge: step.challenge };
  }
  return { ...said, ...enter(peer, facts, request, step) };
}

/** The last message of a mechanism that takes two. */
export function answerAuthenticate(
  request: RequestOf<'Authenticate'>,
  peer: Peer,
  facts: HelloFacts,
  signal: CancelSignal,
): AuthenticateReply | Promise<AuthenticateReply> {
  const { login } = peer;
  if (login === 'waiting') throw isWaiting();
  if (login === undefined || login === 'refused') {
    throw new MillraceError('INVALID_REQUEST', 'This connection is not logging in.');
  }
  const step = facts.logins.finish(login, request.credentials, loginPeer(peer));
  if (step.kind === 'refused') return refuse(peer, step, signal);
  if (step.kind === 'wait') {
    return wait(peer, step.delayMs, signal, login, () =>
      answerAuthenticate(request, peer, facts, signal),
    );
  }
  if (step.kind === 'begun') throw new Error('a login of two messages begins once');
  return enter(peer, facts, login.hello, step);
}

function loginPeer({ info, transport }: Peer): LoginPeer {
  const { connectionId, remoteAddress } = info;
  return { ...transport, connectionId, remoteAddress };
}

function enter(
  peer: Peer,
  { sessions, newest }: HelloFacts,
  hello: RequestOf<'Hello'>,
  { access, identity, challenge }: Extract<LoginStep, { kind: 'in' }>,
): { readonly user: string | null; readonly challenge: Uint8Array | null } {
  newest.enter(peer, access.user, hello);
  peer.login = undefined;
  peer.greet(hello.clientName, hello.clientVersion, access);
  if (identity !== undefined) {
    sessions.add(peer, identity);
    peer.info.ended.onCancel(() => sessions.remove(peer));
  }
  return { user: access.user === '' ? null : access.user, challenge: challenge ?? null };
}

/** Meanwhile the connection may try nothing else. Where it ends, nothing is looked at. */
async function wait<Reply>(
  peer: Peer,
  ms: number,
  signal: CancelSignal,
  login: Peer['login'],
  again: () => Reply | Promise<Reply>,
): Promise<Reply> {
  peer.login = 'waiting';
  await waitOut(ms, signal);
  if (signal.reason !== undefined) throw signal.reason;
  peer.login = login;
  return again();
}

function isWaiting(): MillraceError {
  return new MillraceError('INVALID_REQUEST', 'A login of this connection waits for its turn.');
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
