// Who may read /metrics: this machine, whoever the options let, or who shows a token. It answers nothing itself.

import type { IncomingMessage } from 'node:http';
import { isLoopback } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';
import type { Login } from '../login/open-login.ts';
import { transportOf } from '../net/secure-door.ts';
import type { BrokerOptions } from '../options/table.ts';

type Options = Pick<BrokerOptions, 'authentication' | 'metricsAnonymous'>;

/** Throws MillraceError. `login` is there once the broker serves. */
export function metricsReaders(
  { authentication, metricsAnonymous }: Options,
  login: () => Login | undefined,
): (request: IncomingMessage) => Promise<void> {
  return async ({ headers, socket }) => {
    const { remoteAddress = '' } = socket;
    if (authentication === 'none' || metricsAnonymous || isLoopback(remoteAddress)) return;
    if (!transportOf(socket, 'none').isPrivate) {
      const message = 'Tokens are taken over TLS only.';
      throw new MillraceError('AUTHENTICATION_REQUIRED', message);
    }
    const known = login();
    if (known === undefined) throw new MillraceError('SHUTTING_DOWN', 'The broker is not ready.');
    await known.checkBearer(headers.authorization, remoteAddress);
  };
}
