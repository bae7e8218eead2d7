// Members and committed offsets of consumer groups. It changes only through `applyConsumerWrite`.

import type { Write } from '../rows.ts';

export type ConsumerWrite = Extract<Write, { readonly table: 'members' | 'offsets' }>;

export class ConsumerGroups {
  /** The topic was deleted: forget its offsets in all groups. Its rows are swept later and not applied here. */
  dropTopic(_topicId: number): void {}
  /** The group was deleted. Also called for share groups: then there is nothing to forget. */
  dropGroup(_groupId: number): void {}
  assertInvariants(): void {}
}

export function applyConsumerWrite(_consumers: ConsumerGroups, _write: ConsumerWrite): void {}
