// The order in which the items of a transaction are carried out. They name different messages, but in a group with
// ordering by key the end of one delivery gives back the messages of that key which were delivered after it: those have
// to get their own end first.

import type { RequestOf } from '@millrace/protocol';
import type { ShardState } from '../shard-state.ts';

type Item = RequestOf<'Transact'>['acknowledgements'][number]['items'][number];

export interface PlacedItem {
  readonly item: Item;
  /** Its position in the request. */
  readonly at: number;
}

/** As they are asked for; with ordering by key first those that leave others alone, then from the last offset down. */
export function inOrder(
  state: ShardState,
  group: string,
  items: readonly Item[],
): readonly PlacedItem[] {
  const placed = items.map((item, at) => ({ item, at }));
  const found = state.catalog.groupByName(group);
  if (found?.kind !== 'share' || found.config.ordering !== 'key') return placed;
  const { visibilityTimeoutMs } = found.config;
  const isQuiet = ({ kind, delayMs }: Item): boolean =>
    kind === 'accept' || (kind === 'extend' && (delayMs ?? visibilityTimeoutMs) > 0);
  const quiet = placed.filter(({ item }) => isQuiet(item));
  const others = placed.filter(({ item }) => !isQuiet(item));
  return [...quiet, ...others.toSorted((a, b) => b.item.firstOffset - a.item.firstOffset)];
}
