// ListAcls: the rules of one user, of everybody, or all. Reads memory alone.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import { accept, type Decision, type View } from '../decision.ts';
import type { AclRow } from '../security-rows.ts';
import type { ShardState } from '../shard-state.ts';

export function listAcls(
  { security }: ShardState,
  _view: View,
  { user }: RequestOf<'ListAcls'>,
): Decision<ResponseInput<'ListAcls'>> {
  const asked = user === null ? [...security.allRules()] : [security.rulesOf(user)];
  const rules = asked.flatMap((each) => [...(each?.entries() ?? [])].map(([, rule]) => rule));
  const byText = rules.map((rule) => [ruleText(rule), rule] as const);
  byText.sort(([a], [b]) => (a < b ? -1 : 1));
  return accept({ rules: byText.map(([, rule]) => rule) });
}

/** Names it among all rules, and puts it where it belongs. No part of a rule holds a space. */
export function ruleText({ user, resource, name, pattern, operation, effect }: AclRow): string {
  return [user, resource, name, pattern, operation, effect].join(' ');
}
