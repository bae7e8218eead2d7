// Around the handlers: who asks is held against the table of requirements first, lists are cut down to what may be seen,
// and what was administered is told to the audit log. For whoever may do everything it is one look at a flag.

import type { ShardState } from '@millrace/core';
import { MillraceError } from '@millrace/protocol';
import type { AuditLog, AuditSubject } from '../audit/audit-log.ts';
import type { HandledApiName, Handlers, RequestContext } from '../handlers/handler.ts';
import { Asker } from './asker.ts';
import type { Deed, Requirement } from './requirement.ts';
import { REQUIREMENTS } from './requirements.ts';
import { UserAccess } from './user-access.ts';

export interface GuardSources {
  /** As it is now. */
  readonly state: () => ShardState;
  readonly audit: AuditLog | undefined;
}

type AnyHandler = (request: never, context: RequestContext) => unknown;
type AnyRequirement = Requirement<HandledApiName>;

export function guardHandlers(handlers: Handlers, sources: GuardSources): Handlers {
  const guarded = (Object.keys(REQUIREMENTS) as HandledApiName[]).map((api) => {
    const requirement = REQUIREMENTS[api] as unknown as AnyRequirement;
    const checked = check(api, handlers[api], requirement, sources);
    return [api, audited(api, checked, requirement, sources)] as const;
  });
  return Object.fromEntries(guarded) as unknown as Handlers;
}

function check(
  api: HandledApiName,
  handler: AnyHandler,
  requirement: AnyRequirement,
  { state }: GuardSources,
): AnyHandler {
  const { shown } = requirement;
  return (request, context) => {
    const { access } = context.connection;
    if (access.isUnlimited) return handler(request, context);
    requirement.check(request, new Asker(access, api, state()));
    const reply = handler(request, context);
    if (shown === undefined) return reply;
    return Promise.resolve(reply as never).then((told) =>
      shown(told, request, new Asker(access, api, state())),
    );
  };
}

function audited(
  api: HandledApiName,
  handler: AnyHandler,
  { deed }: AnyRequirement,
  { audit }: GuardSources,
): AnyHandler {
  if (audit === undefined || deed === undefined) return handler;
  return async (request, context) => {
    const done = deed(request);
    if (done === undefined) return handler(request, context);
    try {
      const reply = await handler(request, context);
      tell(audit, api, done, context, 'ok');
      return reply;
    } catch (error) {
      const outcome = error instanceof MillraceError ? error.code : 'INTERNAL';
      // A refusal is told already.
      if (outcome !== 'NOT_AUTHORIZED') tell(audit, api, done, context, outcome);
      throw error;
    }
  };
}

function tell(
  audit: AuditLog,
  api: HandledApiName,
  { resource, name, more, isFrequent }: Deed,
  { connection }: RequestContext,
  outcome: string,
): void {
  const deed = { api, resource, name };
  const subject = subjectOf(connection);
  if (isFrequent === true) audit.frequentChange(subject, deed, outcome);
  else audit.change(subject, deed, outcome, more);
}

function subjectOf({
  access,
  remoteAddress,
  connectionId,
}: RequestContext['connection']): AuditSubject {
  if (access instanceof UserAccess) return access.subject;
  return { user: access.user, onBehalfOf: undefined, remoteAddress, connectionId };
}
