// How much a share group has had and done in all, from memory alone: what rates are made of. It changes nothing.

import type { ShardState } from '../shard-state.ts';

export interface GroupTotals {
  /** Records ever appended to its topics. */
  readonly arrived: number;
  readonly acknowledged: number;
  readonly dead: number;
  /** Totals of other topics cannot be compared with these. */
  readonly topicIds: readonly number[];
}

/** Undefined where there is no such share group. */
export function groupTotals(state: ShardState, groupId: number): GroupTotals | undefined {
  const { catalog, logs, shares } = state;
  if (catalog.groups.get(groupId)?.kind !== 'share') return undefined;
  const topicIds = [...(catalog.attachments.get(groupId)?.keys() ?? [])];
  const totals = { arrived: 0, acknowledged: 0, dead: 0 };
  for (const topicId of topicIds) {
    const partitions = catalog.topics.get(topicId)?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const [, , , acknowledged, dead] = shares.at(groupId, topicId, partition).row;
      totals.arrived += logs.at(topicId, partition).durableEnd;
      totals.acknowledged += acknowledged;
      totals.dead += dead;
    }
  }
  return { ...totals, topicIds };
}
