// Which end of a connection an error is, for metrics and log. It ends nothing.

import type { MillraceError } from '@millrace/protocol';
import type { ConnectionEnd } from '../metrics/request-metrics.ts';

export function endReasonOf({ code }: MillraceError): ConnectionEnd {
  if (code === 'HELLO_REQUIRED') return 'no_hello';
  const isLogin = code === 'AUTHENTICATION_REQUIRED' || code === 'AUTHENTICATION_FAILED';
  return isLogin || code === 'NOT_AUTHORIZED' ? 'login' : 'malformed';
}
