// AlterAcls: rules go and rules come, all or none of it. Rules are sets: what is there already, or not there any more, is
// as it should be.

import { LIMITS, type RequestOf, type ResponseInput } from '@millrace/protocol';
import {
  accept,
  type Context,
  type Decision,
  type Refused,
  refuse,
  type View,
} from '../decision.ts';
import { put, remove } from '../rows.ts';
import type { AclRow } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';
import { checkRule } from './check-rule.ts';
import { unknownUser } from './check-user.ts';
import { ruleText } from './list-acls.ts';
import { EVERYBODY, type Security } from './security.ts';

type Request = RequestOf<'AlterAcls'>;

export function decideAlterAcls(
  { security }: ShardState,
  _view: View,
  request: Request,
  _ctx: Context,
): Decision<ResponseInput<'AlterAcls'>> {
  const refusal = checkRules(security, request);
  if (refusal !== undefined) return refusal;
  const idOf = (rule: AclRow) => security.rulesOf(rule.user)?.idOf(rule);
  const removed = distinct(request.remove).flatMap((rule) => idOf(rule) ?? []);
  const added = distinct(request.add).filter((rule) => idOf(rule) === undefined);
  if (security.ruleCount - removed.length + added.length > LIMITS.aclRulesMax) {
    const limit = `${LIMITS.aclRulesMax} rules`;
    return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, { field: 'add', limit });
  }
  const { nextAclId } = security;
  const isGrowing = added.length > 0;
  return accept({ added: added.length, removed: removed.length }, [
    ...removed.map((ruleId) => remove('acls', [ruleId])),
    ...(isGrowing ? [put('meta', ['nextAclId'], nextAclId + added.length)] : []),
    ...added.map((rule, at) => put('acls', [nextAclId + at], rule)),
  ]);
}

function checkRules(security: Security, { add, remove: gone }: Request): Refused | undefined {
  const unwanted = new Set<string>();
  for (const [at, rule] of gone.entries()) {
    const refusal = checkRule(rule, `remove[${at}]`);
    if (refusal !== undefined) return refusal;
    unwanted.add(ruleText(rule));
  }
  for (const [at, rule] of add.entries()) {
    const refusal = checkRule(rule, `add[${at}]`);
    if (refusal !== undefined) return refusal;
    if (unwanted.has(ruleText(rule))) {
      const message = 'The same rule is to be there and not to be there.';
      return refuse('INVALID_REQUEST', message, { field: `add[${at}]` });
    }
    if (rule.user !== EVERYBODY && security.userByName(rule.user) === undefined) {
      return unknownUser(rule.user, `add[${at}].user`);
    }
  }
  return undefined;
}

function distinct(rules: readonly AclRow[]): AclRow[] {
  return [...new Map(rules.map((rule) => [ruleText(rule), rule])).values()];
}
