// What a user may do, as the rules say at the moment: it remembers nothing. Every refusal is told to the audit log.

import type { Security } from '@millrace/core';
import {
  type ApiName,
  MillraceError,
  type OperationName,
  type RequestOf,
  type ResourceKind,
} from '@millrace/protocol';
import type { AuditLog, AuditSubject } from '../audit/audit-log.ts';
import type { Access } from './access.ts';

type Rule = RequestOf<'AlterAcls'>['add'][number];

/** Rules of this name are for every user. */
const EVERYBODY = '*';
/** Whoever may do one of these may look, too. */
const LOOKING: readonly OperationName[] = ['read', 'write', 'alter', 'delete'];

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

  require(operation: OperationName, resource: ResourceKind, name: string, api?: ApiName): void {
    const refusal = this.refusal(api ?? 'CheckAccess', operation, resource, name);
    if (refusal !== undefined) throw refusal;
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
    if (this.isUnlimited) return true;
    return this.#rules(resource).some(
      (rule) => rule.effect === 'allow' && covers(rule, operation) && this.#isMet(rule, operation),
    );
  }

  mayAll(operation: OperationName, resource: ResourceKind, prefix: string): boolean {
    if (this.isUnlimited) return true;
    const rules = this.#rules(resource).filter((rule) => covers(rule, operation));
    const isAllowed = rules.some(
      ({ effect, pattern, name }) =>
        effect === 'allow' && pattern === 'prefix' && prefix.startsWith(name),
    );
    const isDenied = rules.some(
      ({ effect, pattern, name }) =>
        effect === 'deny' &&
        (name.startsWith(prefix) || (pattern === 'prefix' && prefix.startsWith(name))),
    );
    return isAllowed && !isDenied;
  }

  /** Of its name itself: a deny may stand against it. */
  #isMet({ name, resource }: Rule, operation: OperationName): boolean {
    return this.may(operation, resource, name);
  }

  #rules(resource: ResourceKind): Rule[] {
    const security = this.#security();
    if (security.userByName(this.user)?.disabled !== false) return [];
    const all = [security.rulesOf(this.user), security.rulesOf(EVERYBODY)];
    return all
      .flatMap((rules) => [...(rules?.entries() ?? [])].map(([, rule]) => rule))
      .filter((rule) => rule.resource === resource);
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

/** What a deny denies it denies as a whole; what is allowed includes to look. */
function covers({ effect, operation: of }: Rule, operation: OperationName): boolean {
  if (of === operation || of === 'all') return true;
  if (operation === 'all') return effect === 'deny';
  return effect === 'allow' && operation === 'describe' && LOOKING.includes(of);
}
