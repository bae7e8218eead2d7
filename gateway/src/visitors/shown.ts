// What a REST request shows of who sends it: a token, a user with a password, or the certificate of its connection. It
// checks none of them.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { commonNameOf } from '@millrace/options';

export type Shown =
  | { readonly kind: 'token'; readonly secret: string }
  | { readonly kind: 'password'; readonly user: string; readonly secret: string }
  /** TLS has verified it. */
  | { readonly kind: 'certificate'; readonly user: string };

const AUTHORIZATION = /^(bearer|basic) +([^ ]+) *$/i;

/** Undefined: nothing that can be read. What a header says goes before a certificate. */
export function shownBy({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>) {
  const { authorization } = headers;
  return authorization === undefined ? certificateOf(socket) : inHeader(authorization);
}

function inHeader(authorization: string): Shown | undefined {
  const [, scheme = '', value = ''] = AUTHORIZATION.exec(authorization) ?? [];
  if (value === '') return undefined;
  if (scheme.toLowerCase() === 'bearer') return { kind: 'token', secret: value };
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 1) return undefined;
  return { kind: 'password', user: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}

/** The common name is the user's. */
function certificateOf(socket: Socket): Shown | undefined {
  const user = socket instanceof TLSSocket ? commonNameOf(socket) : undefined;
  return user === undefined ? undefined : { kind: 'certificate', user };
}
