// What a REST request shows of who sends it: a token (in a header, or in the cookie of a page), a user with a
// password, or the certificate of its connection. It
// checks none of them.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { commonNameOf } from '@millrace/options';
import { sessionIn } from './session-cookie.ts';

export type Shown =
  | { readonly kind: 'token'; readonly secret: string }
  | { readonly kind: 'password'; readonly user: string; readonly secret: string }
  /** TLS has verified it. */
  | { readonly kind: 'certificate'; readonly user: string };

const AUTHORIZATION = /^(bearer|basic) +([^ ]+) *$/i;

/** Undefined: nothing that can be read. What is said goes before what is brought along: header, cookie, certificate. */
export function shownBy({
  headers,
  socket,
}: Pick<IncomingMessage, 'headers' | 'socket'>): Shown | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) return inHeader(authorization);
  const session = sessionIn(headers, socket instanceof TLSSocket);
  return session === undefined ? certificateOf(socket) : { kind: 'token', secret: session.token };
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
