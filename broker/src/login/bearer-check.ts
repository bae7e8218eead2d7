// Who may read an admin page with a bearer token, as HTTP shows it. It knows no page and answers nothing itself.

import type { Security } from '@millrace/core';
import { networkOf } from '@millrace/options';
import { MillraceError } from '@millrace/protocol';
import { type BuiltInToken, claimedUser, whoseToken } from '../security/tokens.ts';
import type { Throttle } from './throttle.ts';

export interface BearerSources {
  readonly security: () => Security;
  readonly builtInTokens: readonly BuiltInToken[];
  readonly throttle: Throttle;
  readonly nowMs: () => number;
}

const BEARER = /^Bearer +(\S+)$/i;

/** Resolves when the user of the token may look at the cluster; a refusal waits as that of a login does. */
export async function checkBearer(
  { security, builtInTokens, throttle, nowMs }: BearerSources,
  authorization: string | undefined,
  remoteAddress: string,
): Promise<void> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new MillraceError('AUTHENTICATION_REQUIRED');
  const address = networkOf(remoteAddress);
  const claimed = claimedUser(security(), token);
  throttle.admit(address, claimed);
  for (let ms = throttle.lineMs(address, claimed); ms > 0; ms = throttle.lineMs(address, claimed)) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    throttle.admit(address, claimed);
  }
  const owner = whoseToken(security(), builtInTokens, token, nowMs());
  if (owner === undefined) {
    const delayMs = throttle.failed(address, claimed);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    throw new MillraceError('AUTHENTICATION_FAILED');
  }
  throttle.succeeded(address, owner.user);
  if (security().authorize(owner.user, 'describe', 'cluster', '')) return;
  const message = `User ${owner.user} may not describe the cluster.`;
  throw new MillraceError('NOT_AUTHORIZED', message);
}
