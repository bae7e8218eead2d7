// Who a client certificate says its holder is.

import type { TLSSocket } from 'node:tls';

/** The common name of what TLS has verified; undefined where there is none, or several: nobody can tell which is meant. */
export function commonNameOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const name: unknown = socket.getPeerX509Certificate()?.toLegacyObject().subject?.CN;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
