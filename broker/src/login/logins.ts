// Who a connection is: reads what Hello and Authenticate show, holds it against the users there are, and says what the
// connection may do from then on. What failures cost is for LoginThrottle; sockets and frames are for others.

import { BUILT_IN_USERS, type Security } from '@millrace/core';
import { networkOf } from '@millrace/options';
import {
  type ErrorName,
  MECHANISMS,
  type MechanismName,
  MillraceError,
  type RequestOf,
} from '@millrace/protocol';
import { type Access, UNLIMITED } from '../access/access.ts';
import { UserAccess } from '../access/user-access.ts';
import type { AuditLog, AuditSubject } from '../audit/audit-log.ts';
import { fakeVerifier } from '../security/scram-verifier.ts';
import { type BuiltInToken, claimedUser, whoseToken } from '../security/tokens.ts';
import { actedFor, mayActAs, onBehalf } from './acting.ts';
import { type Grounds, holds, type Identity } from './live-sessions.ts';
import { readClientFirst, ScramExchange } from './scram-exchange.ts';
import type { Throttle } from './throttle.ts';

export interface LoginSources {
  readonly authentication: 'none' | 'required';
  /** As it is now. */
  readonly security: () => Security;
  readonly builtInTokens: readonly BuiltInToken[];
  /** For the salts of users that are unknown. */
  readonly saltKey: Uint8Array;
  readonly throttle: Throttle;
  readonly audit: AuditLog | undefined;
  readonly nowMs: () => number;
}

/** What the socket tells of a connection. */
export interface Transport {
  /** Nobody on the way reads along: it is encrypted, or does not leave the machine. */
  readonly isPrivate: boolean;
  /** Connections have to show a certificate, and this one has shown none that is trusted. */
  readonly lacksCertificate: boolean;
  /** The common name of a certificate that is trusted. */
  readonly certificateName: string | undefined;
}

/** What the login sees of a connection. */
export interface LoginPeer extends Transport {
  readonly connectionId: number;
  readonly remoteAddress: string;
}

/** A login that the next message ends. */
export interface BegunLogin {
  readonly hello: RequestOf<'Hello'>;
  readonly exchange: ScramExchange;
}

export type LoginStep =
  | {
      readonly kind: 'in';
      readonly access: Access;
      /** Undefined: nobody was asked. */
      readonly identity: Identity | undefined;
      /** The last message of the mechanism. */
      readonly challenge: Uint8Array | undefined;
    }
  | { readonly kind: 'begun'; readonly login: BegunLogin; readonly challenge: Uint8Array }
  /** Another try is answered first: nothing was looked at, and it is asked again so many ms later. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** The connection is over, so many ms later. */
  | { readonly kind: 'refused'; readonly error: MillraceError; readonly delayMs: number };

/** Lets everybody in: of a broker that knows no users. */
export const NOBODY_ASKED: Pick<Logins, 'begin' | 'finish'> = {
  begin: (hello) => {
    if (hello.mechanism !== null) throw noAuthentication();
    return UNASKED;
  },
  finish: () => {
    throw noAuthentication();
  },
};

interface Claim {
  readonly user: string;
  readonly grounds: Grounds;
}

export class Logins {
  readonly #sources: LoginSources;

  constructor(sources: LoginSources) {
    this.#sources = sources;
  }

  /** Throws INVALID_REQUEST. */
  begin(hello: RequestOf<'Hello'>, peer: LoginPeer): LoginStep {
    if (hello.mechanism === null) return this.#withoutMechanism(hello, peer);
    const mechanism = MECHANISMS.find((name) => name === hello.mechanism);
    const isOwn = mechanism === 'TOKEN' && this.#isOwnGateway(hello);
    if (this.#sources.authentication === 'none') {
      if (isOwn) return UNASKED;
      throw noAuthentication();
    }
    if (mechanism === undefined) {
      const message = `This broker has no mechanism ${JSON.stringify(hello.mechanism)}.`;
      const detail = { field: 'mechanism', limit: this.#offered(peer).join(', ') };
      throw new MillraceError('INVALID_REQUEST', message, detail);
    }
    if (peer.lacksCertificate && !isOwn) return refused(certificateRequired());
    if (mechanism === 'SCRAM-SHA-256') return this.#beginScram(hello, peer);
    return mechanism === 'TOKEN' ? this.#byToken(hello, peer) : this.#byCertificate(hello, peer);
  }

  /** Throws INVALID_REQUEST. */
  finish({ hello, exchange }: BegunLogin, message: Uint8Array, peer: LoginPeer): LoginStep {
    const { user } = exchange;
    const held = this.#blocked(hello, peer, user) ?? this.#inLine(peer, user);
    if (held !== undefined) return held;
    const challenge = exchange.finish(message);
    if (challenge === undefined) return this.#failed(hello, peer, user);
    const { storedKey } = exchange.verifier;
    return this.#enter({ user, grounds: { kind: 'password', storedKey } }, hello, peer, challenge);
  }

  #withoutMechanism(hello: RequestOf<'Hello'>, peer: LoginPeer): LoginStep {
    if (peer.lacksCertificate) return refused(certificateRequired());
    if (this.#sources.authentication === 'required') {
      const detail = { field: 'mechanism', limit: this.#offered(peer).join(', ') };
      return refused(new MillraceError('AUTHENTICATION_REQUIRED', undefined, detail));
    }
    if (hello.actAs === null) return UNASKED;
    const message = 'This broker has no authentication: it knows nobody to act for.';
    throw new MillraceError('INVALID_REQUEST', message, { field: 'actAs' });
  }

  /** What may be tried over this connection. */
  #offered({ isPrivate, certificateName }: LoginPeer): MechanismName[] {
    return MECHANISMS.filter((name) => {
      if (name === 'TOKEN') return isPrivate;
      return name !== 'EXTERNAL' || certificateName !== undefined;
    });
  }

  /** The same whether or not there is such a user. */
  #beginScram(hello: RequestOf<'Hello'>, peer: LoginPeer): LoginStep {
    const first = readClientFirst(credentialsOf(hello));
    const blocked = this.#blocked(hello, peer, first.user);
    if (blocked !== undefined) return blocked;
    const row = this.#sources.security().userByName(first.user);
    const known = row === undefined || row.disabled ? null : row.password;
    const verifier = known ?? fakeVerifier(first.user, this.#sources.saltKey);
    const exchange = new ScramExchange(first, verifier);
    return { kind: 'begun', login: { hello, exchange }, challenge: exchange.challenge };
  }

  #byToken(hello: RequestOf<'Hello'>, peer: LoginPeer): LoginStep {
    if (!this.#offered(peer).includes('TOKEN')) {
      const message = 'Tokens are taken over TLS only.';
      return this.#refuse(hello, peer, '', message);
    }
    const { security, builtInTokens, nowMs } = this.#sources;
    const text = Buffer.from(credentialsOf(hello)).toString('utf8');
    const claimed = claimedUser(security(), text);
    const held = this.#blocked(hello, peer, claimed) ?? this.#inLine(peer, claimed);
    if (held !== undefined) return held;
    const owner = whoseToken(security(), builtInTokens, text, nowMs());
    if (owner === undefined) return this.#failed(hello, peer, claimed);
    const isBuiltIn = security().tokenById(owner.tokenId) === undefined;
    const grounds: Grounds = isBuiltIn
      ? { kind: 'builtIn' }
      : { kind: 'token', tokenId: owner.tokenId };
    return this.#enter({ user: owner.user, grounds }, hello, peer, undefined);
  }

  #byCertificate(hello: RequestOf<'Hello'>, peer: LoginPeer): LoginStep {
    const { certificateName } = peer;
    const message = 'This connection has shown no certificate that is trusted.';
    if (certificateName === undefined) return this.#refuse(hello, peer, '', message);
    const row = this.#sources.security().userByName(certificateName);
    if (row === undefined || row.disabled) return this.#failed(hello, peer, certificateName);
    const claim: Claim = { user: certificateName, grounds: { kind: 'certificate' } };
    return this.#enter(claim, hello, peer, undefined);
  }

  #enter(
    { user, grounds }: Claim,
    hello: RequestOf<'Hello'>,
    peer: LoginPeer,
    challenge: Uint8Array | undefined,
  ): LoginStep {
    const { throttle, security, audit, nowMs } = this.#sources;
    const createdAtMs = security().userByName(user)?.createdAtMs;
    const itself: Identity = { user, createdAtMs, grounds, actsFor: undefined };
    // What was right when the login began may have been taken away since.
    if (!holds(security(), itself, nowMs())) return this.#failed(hello, peer, user);
    throttle.succeeded(networkOf(peer.remoteAddress), user);
    const actor = subjectOf(user, peer);
    const mayAct = hello.actAs === null || mayActAs(security(), user, hello.actAs);
    if (!mayAct) {
      audit?.denied(actor, { api: 'Hello', resource: 'user', name: hello.actAs ?? '' }, 'delegate');
      const message = `User ${user} may not act for ${hello.actAs}.`;
      return refused(new MillraceError('NOT_AUTHORIZED', message, { field: 'actAs' }));
    }
    const actsFor = hello.actAs === null ? undefined : actedFor(security(), hello.actAs);
    if (actsFor === null)
      return this.#refuse(hello, peer, user, `No user is named ${hello.actAs}.`);
    const subject = actsFor === undefined ? actor : onBehalf(actor, actsFor.user, hello.actFor);
    audit?.login(subject, hello.mechanism ?? '');
    const access = new UserAccess({ subject, security, audit });
    return { kind: 'in', access, identity: { ...itself, actsFor }, challenge };
  }

  /** The gateway that runs in this process, which nobody has to let in. */
  #isOwnGateway(hello: RequestOf<'Hello'>): boolean {
    const { security, builtInTokens, nowMs } = this.#sources;
    const text = Buffer.from(hello.credentials ?? []).toString('utf8');
    return whoseToken(security(), builtInTokens, text, nowMs())?.user === BUILT_IN_USERS.gateway;
  }

  #blocked(
    hello: RequestOf<'Hello'>,
    peer: LoginPeer,
    user: string | undefined,
  ): LoginStep | undefined {
    try {
      this.#sources.throttle.admit(networkOf(peer.remoteAddress), user);
      return undefined;
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#tell(hello, peer, user ?? '', 'throttled');
      return refused(error);
    }
  }

  #inLine({ remoteAddress }: LoginPeer, user: string | undefined): LoginStep | undefined {
    const delayMs = this.#sources.throttle.lineMs(networkOf(remoteAddress), user);
    return delayMs === 0 ? undefined : { kind: 'wait', delayMs };
  }

  /** Nothing says what was wrong. */
  #failed(hello: RequestOf<'Hello'>, peer: LoginPeer, user: string | undefined): LoginStep {
    const delayMs = this.#sources.throttle.failed(networkOf(peer.remoteAddress), user);
    this.#tell(hello, peer, user ?? '', 'AUTHENTICATION_FAILED');
    return { kind: 'refused', error: new MillraceError('AUTHENTICATION_FAILED'), delayMs };
  }

  #refuse(hello: RequestOf<'Hello'>, peer: LoginPeer, user: string, message: string): LoginStep {
    this.#tell(hello, peer, user, 'AUTHENTICATION_FAILED');
    return refused(new MillraceError('AUTHENTICATION_FAILED', message));
  }

  #tell(
    hello: RequestOf<'Hello'>,
    peer: LoginPeer,
    user: string,
    outcome: ErrorName | 'throttled',
  ): void {
    this.#sources.audit?.loginFailed(subjectOf(user, peer), hello.mechanism ?? '', outcome);
  }
}

const UNASKED: LoginStep = {
  kind: 'in',
  access: UNLIMITED,
  identity: undefined,
  challenge: undefined,
};

function refused(error: MillraceError): LoginStep {
  return { kind: 'refused', error, delayMs: 0 };
}

function noAuthentication(): MillraceError {
  const message = 'This broker has no authentication: leave the mechanism out.';
  return new MillraceError('INVALID_REQUEST', message, { field: 'mechanism' });
}

function certificateRequired(): MillraceError {
  const message = 'This broker takes connections with a client certificate that it trusts, only.';
  return new MillraceError('AUTHENTICATION_REQUIRED', message, { limit: 'EXTERNAL' });
}

function credentialsOf({ credentials }: RequestOf<'Hello'>): Uint8Array {
  if (credentials !== null) return credentials;
  const message = 'The mechanism takes credentials.';
  throw new MillraceError('INVALID_REQUEST', message, { field: 'credentials' });
}

function subjectOf(user: string, { remoteAddress, connectionId }: LoginPeer): AuditSubject {
  return { user, onBehalfOf: undefined, remoteAddress, connectionId };
}
