// The wake of members to whom a decision is news: those of them that wait at the broker are answered [C-40].

import type { Wake } from '../decision.ts';

/** `sender` gets its own answer. */
export function newsFor(
  groupId: number,
  memberIds: Iterable<string>,
  sender?: string,
): readonly Wake[] {
  const others = [...memberIds].filter((memberId) => memberId !== sender);
  return others.length === 0 ? [] : [{ kind: 'members', groupId, memberIds: others }];
}
