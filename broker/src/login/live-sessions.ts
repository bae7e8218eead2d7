// The connections that have logged in, and what each stands on: a password, a token, a certificate, a gateway's right to act
// for others. When that goes, the connection goes. It opens nothing and knows no mechanism.

import { BUILT_IN_USERS, hasExpired, type Security } from '@millrace/core';
import { MillraceError } from '@millrace/protocol';

/** What was shown at the login. */
export type Grounds =
  | { readonly kind: 'password'; readonly storedKey: Uint8Array }
  | { readonly kind: 'token'; readonly tokenId: string }
  /** Of a user of the same name. */
  | { readonly kind: 'certificate' }
  /** A token that is no row: it is good while the process runs. */
  | { readonly kind: 'builtIn' };

export interface Identity {
  /** Who logged in. */
  readonly user: string;
  /** When that user was made: another one of the same name is somebody else. */
  readonly createdAtMs: number | undefined;
  readonly grounds: Grounds;
  /** Who a gateway acts for. */
  readonly actsFor: { readonly user: string; readonly createdAtMs: number | undefined } | undefined;
}

export interface SessionPeer {
  /** Says why as the last frame, then closes. */
  failWith(correlationId: number, error: MillraceError): void;
}

/** How often what ends by time is looked for. */
const LOOK_EVERY_MS = 1_000;
/** Correlation id of what is said about the connection, not about a request. */
const CONNECTION_ITSELF = 0;

export class LiveSessions {
  readonly #security: () => Security;
  readonly #nowMs: () => number;
  readonly #sessions = new Map<SessionPeer, Identity>();
  #timer: NodeJS.Timeout | undefined;

  constructor(security: () => Security, nowMs: () => number) {
    this.#security = security;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#sessions.size;
  }

  add(peer: SessionPeer, identity: Identity): void {
    this.#sessions.set(peer, identity);
    this.#timer ??= setInterval(() => this.endInvalid(), LOOK_EVERY_MS).unref();
  }

  remove(peer: SessionPeer): void {
    this.#sessions.delete(peer);
    if (this.#sessions.size === 0) this.close();
  }

  /** After the replies of this turn: who took away what it logged in with itself is told that it did. */
  endInvalidSoon(): void {
    setImmediate(() => this.endInvalid());
  }

  /** Ends those whose grounds are gone. */
  endInvalid(): void {
    const security = this.#security();
    const nowMs = this.#nowMs();
    for (const [peer, identity] of this.#sessions) {
      if (holds(security, identity, nowMs)) continue;
      this.remove(peer);
      const message = 'What this connection logged in with was taken away or has expired.';
      peer.failWith(CONNECTION_ITSELF, new MillraceError('AUTHENTICATION_FAILED', message));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Whether it could log in so again. */
export function holds(security: Security, identity: Identity, nowMs: number): boolean {
  const { user, createdAtMs, grounds, actsFor } = identity;
  if (!isSame(security, user, createdAtMs) || !isGood(security, user, grounds, nowMs)) return false;
  if (actsFor === undefined) return true;
  const mayAct = security.authorize(user, 'delegate', 'cluster', '');
  return mayAct && isSame(security, actsFor.user, actsFor.createdAtMs);
}

/** Undefined: a user that is built in. */
function isSame(security: Security, user: string, createdAtMs: number | undefined): boolean {
  if (user === BUILT_IN_USERS.admin || user === BUILT_IN_USERS.gateway) return true;
  const row = security.userByName(user);
  return row !== undefined && !row.disabled && row.createdAtMs === createdAtMs;
}

function isGood(security: Security, user: string, grounds: Grounds, nowMs: number): boolean {
  if (grounds.kind === 'password') {
    const storedKey = security.userByName(user)?.password?.storedKey;
    return storedKey !== undefined && Buffer.compare(storedKey, grounds.storedKey) === 0;
  }
  if (grounds.kind === 'token') {
    const row = security.tokenById(grounds.tokenId);
    return row !== undefined && row.user === user && !hasExpired(row, nowMs);
  }
  return true;
}
