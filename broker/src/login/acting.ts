// Whom a gateway may act for, and what the audit log says then. It logs nobody in.

import { BUILT_IN_USERS, type Security } from '@millrace/core';
import type { AuditSubject } from '../audit/audit-log.ts';
import type { Identity } from './live-sessions.ts';

/** The administrator is for the gateway of this very process alone to act for. */
export function mayActAs(security: Security, user: string, actAs: string): boolean {
  if (actAs === BUILT_IN_USERS.admin && user !== BUILT_IN_USERS.gateway) return false;
  return security.authorize(user, 'delegate', 'cluster', '');
}

/** Null: there is no such user, or it is disabled. */
export function actedFor(security: Security, user: string): Identity['actsFor'] | null {
  if (user === BUILT_IN_USERS.admin) return { user, createdAtMs: undefined };
  const row = security.userByName(user);
  return row === undefined || row.disabled ? null : { user, createdAtMs: row.createdAtMs };
}

/** What the gateway says of its caller's address is believed: it could say anything in the caller's name. */
export function onBehalf(
  subject: AuditSubject,
  onBehalfOf: string,
  actFor: string | null,
): AuditSubject {
  return { ...subject, onBehalfOf, ...calledFrom(subject.remoteAddress, actFor) };
}

/** The addresses of a line about somebody whom a gateway tells of, if it does. */
export function calledFrom(
  ownAddress: string,
  told: string | null,
): Pick<AuditSubject, 'remoteAddress' | 'gatewayAddress'> {
  return told === null
    ? { remoteAddress: ownAddress }
    : { remoteAddress: told, gatewayAddress: ownAddress };
}
