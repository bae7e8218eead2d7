// Whose a connection is where something is shared out among all: quotas, pauses, memory. A user's, or an address's where
// nobody was asked who they are. It looks nothing up.

import { networkOf } from '@millrace/options';
import type { ConnectionInfo } from '../handlers/handler.ts';

/** No user's name holds a blank. */
export function payerOf({
  access,
  remoteAddress,
}: Pick<ConnectionInfo, 'access' | 'remoteAddress'>): string {
  return access.user === '' ? `address ${networkOf(remoteAddress)}` : access.user;
}
