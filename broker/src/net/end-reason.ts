// Which end of a connection an error is, for metrics and log: what the broker says of a request, or a socket of itself. It ends nothing.

import type { MillraceError } from '@millrace/protocol';
import type { ConnectionEnd } from '../metrics/request-metrics.ts';

export function endReasonOf({ code }: MillraceError): ConnectionEnd {
  if (code === 'HELLO_REQUIRED') return 'no_hello';
  const isLogin = code === 'AUTHENTICATION_REQUIRED' || code === 'AUTHENTICATION_FAILED';
  return isLogin || code === 'NOT_AUTHORIZED' ? 'login' : 'malformed';
}

/** Bytes behind the handshake that are no TLS are as bad as those that are no frame. Undefined: the network's fault. */
export function endOfSocket({ code = '' }: NodeJS.ErrnoException): ConnectionEnd | undefined {
  return /^ERR_(?:SSL|TLS)_/.test(code) ? 'malformed' : undefined;
}
