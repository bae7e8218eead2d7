// Who a client is: what connect() is told becomes the messages of a login, anew for every connection, so that passwords
// and tokens can change under way. What is secret lies in closures, where printing a client does not find it.

import { LIMITS, type MechanismName, MillraceError } from '@millrace/protocol';
import { nameOption } from '../options-check.ts';
import { ScramExchange } from './scram.ts';

/** A secret, or a function that is asked for it at each connect: then it may change while the client is open. */
export type Secret = string | (() => string | Promise<string>);

/** How a client shows who it is. */
export type Auth =
  | {
      readonly user: string;
      /** It stays here: the broker gets a proof of it (SCRAM-SHA-256). */
      readonly password: Secret;
    }
  | {
      /** Goes to the broker as it is: over TLS, or to this machine only. */
      readonly token: Secret;
    }
  | {
      /** The certificate of `tls` shows who it is: its common name is the user's. */
      readonly certificate: true;
    };

/** One login over one connection. */
export interface Exchange {
  readonly mechanism: MechanismName;
  /** The first message; null: the connection itself says all. */
  readonly credentials: Uint8Array | null;
  answer(challenge: Uint8Array): Promise<Uint8Array>;
  /** What the broker said last, null where it said nothing. Throws where that does not do. */
  finish(challenge: Uint8Array | null): void;
}

/** Begins a login; undefined: nobody in particular. */
export type Login = () => Promise<Exchange | undefined>;

export interface LoginTerms {
  /** Over every connection. */
  readonly isEncrypted: boolean;
  /** `tls` has a certificate of the client, or a function that may give one. */
  readonly hasCertificate: boolean;
  /** Where a token would go in the clear. */
  readonly hosts: readonly string[];
}

/** Throws INVALID_CONFIG where it cannot work, or a token would be sent in the clear to another machine. */
export function loginOf(auth: Auth | undefined, terms: LoginTerms): Login {
  if (auth === undefined) return async () => undefined;
  if ('token' in auth) return tokenLogin(auth.token, terms);
  if ('certificate' in auth) return certificateLogin(terms);
  const user = nameOption('auth.user', auth.user, LIMITS.userNameBytesMax);
  const password = secretOf('auth.password', auth.password);
  return async () => new ScramExchange(user, await password());
}

function tokenLogin(token: Secret, { isEncrypted, hosts }: LoginTerms): Login {
  const secret = secretOf('auth.token', token);
  const far = isEncrypted ? undefined : hosts.find((host) => !isLoopback(host));
  if (far !== undefined) {
    const text = `A token would go to ${far} in the clear: turn tls on, or log in with a password.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'auth.token' });
  }
  return async () => atOnce('TOKEN', Buffer.from(await secret()));
}

function certificateLogin({ hasCertificate }: LoginTerms): Login {
  if (hasCertificate) return async () => atOnce('EXTERNAL', null);
  const text = 'auth.certificate needs tls with cert and key.';
  throw new MillraceError('INVALID_CONFIG', text, { field: 'auth.certificate' });
}

/** A login of one message: there is nothing to answer. */
function atOnce(mechanism: MechanismName, credentials: Uint8Array | null): Exchange {
  const unexpected = () =>
    new MillraceError('AUTHENTICATION_FAILED', `The broker asks for more than ${mechanism} has.`);
  return {
    mechanism,
    credentials,
    answer: () => Promise.reject(unexpected()),
    finish: (challenge) => {
      if (challenge !== null) throw unexpected();
    },
  };
}

function secretOf(field: string, secret: Secret): () => Promise<string> {
  if (typeof secret === 'function') return async () => checkedSecret(field, await secret());
  const checked = checkedSecret(field, secret);
  return async () => checked;
}

/** The complaint never quotes it. */
function checkedSecret(field: string, secret: string): string {
  if (typeof secret === 'string' && secret !== '') {
    if (Buffer.byteLength(secret) <= LIMITS.credentialsBytesMax) return secret;
  }
  const limit = `${LIMITS.credentialsBytesMax} bytes`;
  const text = `${field} is a text of 1 to ${limit}, or a function that gives one.`;
  throw new MillraceError('INVALID_CONFIG', text, { field, limit });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
