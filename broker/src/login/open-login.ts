// Wires the login: the tokens of the principals that are built in, who may come in, and who is in. No logic.

import { BUILT_IN_USERS, type Security } from '@millrace/core';
import type { Log } from '@millrace/options';
import type { AuditLog } from '../audit/audit-log.ts';
import type { BrokerOptions } from '../options/table.ts';
import type { SecurityServices } from '../security/security-services.ts';
import { type BuiltInToken, makeToken } from '../security/tokens.ts';
import { ensureAdminToken } from './admin-token.ts';
import { checkBearer } from './bearer-check.ts';
import { LiveSessions } from './live-sessions.ts';
import { Logins, NOBODY_ASKED } from './logins.ts';

/** What the rim of the broker works with. */
export interface Login {
  readonly logins: Pick<Logins, 'begin' | 'finish'>;
  readonly sessions: Pick<LiveSessions, 'add' | 'remove'>;
  /** For admin pages. Throws AUTHENTICATION_REQUIRED, AUTHENTICATION_FAILED or NOT_AUTHORIZED. */
  readonly checkBearer: (authorization: string | undefined, remoteAddress: string) => Promise<void>;
}

export interface OpenLogin extends Login {
  readonly sessions: LiveSessions;
}

/** Of a broker that knows no users. */
export const OPEN_TO_ALL: Login = {
  logins: NOBODY_ASKED,
  sessions: { add: () => undefined, remove: () => undefined },
  checkBearer: async () => undefined,
};

export interface BuiltInTokens {
  readonly builtInTokens: readonly BuiltInToken[];
  /** For the gateway that runs in this process; it is nowhere else. */
  readonly gatewayToken: string;
}

/** Throws StartError. */
export function openBuiltInTokens(
  { authentication }: Pick<BrokerOptions, 'authentication'>,
  directory: string,
  log: Log,
): BuiltInTokens {
  const { token: gatewayToken, hash } = makeToken(BUILT_IN_USERS.gateway);
  const gateway: BuiltInToken = { user: BUILT_IN_USERS.gateway, hash };
  const admin = authentication === 'required' ? [ensureAdminToken(directory, log)] : [];
  return { builtInTokens: [...admin, gateway], gatewayToken };
}

export interface LoginWiring {
  readonly options: Pick<BrokerOptions, 'authentication'>;
  /** As it is now. */
  readonly security: () => Security;
  readonly services: Pick<SecurityServices, 'builtInTokens' | 'saltKey' | 'throttle'>;
  readonly audit: AuditLog | undefined;
  readonly nowMs: () => number;
}

export function openLogin({ options, security, services, audit, nowMs }: LoginWiring): OpenLogin {
  const { authentication } = options;
  const { builtInTokens, saltKey, throttle } = services;
  const shared = { security, builtInTokens, throttle, nowMs };
  return {
    logins: new Logins({ ...shared, authentication, saltKey, audit }),
    sessions: new LiveSessions(security, nowMs),
    checkBearer: (authorization, remoteAddress) =>
      checkBearer(shared, authorization, remoteAddress),
  };
}
