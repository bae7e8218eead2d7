// What a user may do, as the rules say at the moment: it remembers nothing. Every refusal is told to the audit log.

import type { Security } from '@millrace/core';
import {
  type ApiName,
  MillraceError,
  type OperationName,
  type ResourceKind,
} from '@millrace/protocol';
import type { AuditLog, AuditSubject } from '../audit/audit-log.ts';
import type { Access } from './access.ts';

export interface UserAccessSources {
  readonly subject: AuditSubject;
  /** As it is now: it is another one after a commit was aborted. */
  readonly security: () => Security;
  readonly audit: AuditLog | undefined;
}

export class UserAccess implements Access {
  readonly user: string;
  readonly subject: AuditSubject;
  readonly #security: () => Security;
  readonly #audit: AuditLog | undefined;

  constructor({ subject, security, audit }: UserAccessSources) {
    this.user = subject.onBehalfOf ?? subject.user;
    this.subject = subject;
    this.#security = security;
    this.#audit = audit;
  }

  get isUnlimited(): boolean {
    return this.#security().isSuperuser(this.user);
  }

  may(operation: OperationName, resource: ResourceKind, name: string): boolean {
    return this.#security().authorize(this.user, operation, resource, name);
  }

  refusal(
    api: ApiName,
    operation: OperationName,
    resource: ResourceKind,
    name: string,
    told?: string,
  ): MillraceError | undefined {
    if (this.may(operation, resource, name)) return undefined;
    this.#audit?.denied(this.subject, { api, resource, name }, operation);
    return notAuthorized(this.user, operation, resource, told ?? name);
  }

  mayAny(operation: OperationName, resource: ResourceKind): boolean {
    return this.#security().authorizeAny(this.user, operation, resource);
  }

  mayAll(operation: OperationName, resource: ResourceKind, prefix: string): boolean {
    return this.#security().authorizeAll(this.user, operation, resource, prefix);
  }
}

export function notAuthorized(
  user: string,
  operation: OperationName,
  resource: ResourceKind,
  name: string,
): MillraceError {
  const what = resource === 'cluster' ? 'the cluster' : `${resource} ${name}`;
  return new MillraceError('NOT_AUTHORIZED', `User ${user} may not ${operation} ${what}.`);
}
