// The order in which the items of a transaction are carried out. They name different messages, but in a group with
// ordering by key the end of one delivery gives back the messages of that key which were delivered after it: those have
// to get their own end first.

import type { RequestOf } from '@millrace/protocol';
import type { ShardState } from '../shard-state.ts';

type Acknowledgements = RequestOf<'Transact'>['acknowledgements'];
type Item = Acknowledgements[number]['items'][number];

export interface PlacedItem {
  readonly group: string;
  readonly item: Item;
  /** Which acknowledgements of the request it is of, and which item of them. */
  readonly part: number;
  readonly at: number;
}

/** Group by group, also where a group is named in several parts: its items are about the same keys. [L-105] */
export function inOrder(state: ShardState, parts: Acknowledgements): readonly PlacedItem[] {
  const groups = new Map<string, PlacedItem[]>();
  parts.forEach(({ group, items }, part) => {
    const placed = groups.get(group) ?? [];
    groups.set(group, placed);
    items.forEach((item, at) => {
      placed.push({ group, item, part, at });
    });
  });
  return [...groups].flatMap(([group, placed]) => groupInOrder(state, group, placed));
}

/** As they are asked for; with ordering by key first those that leave others alone, then from the last offset down. */
function groupInOrder(
  state: ShardState,
  group: string,
  placed: readonly PlacedItem[],
): readonly PlacedItem[] {
  const found = state.catalog.groupByName(group);
  if (found?.kind !== 'share' || found.config.ordering !== 'key') return placed;
  const { visibilityTimeoutMs } = found.config;
  const isQuiet = ({ kind, delayMs }: Item): boolean =>
    kind === 'accept' || (kind === 'extend' && (delayMs ?? visibilityTimeoutMs) > 0);
  const quiet = placed.filter(({ item }) => isQuiet(item));
  const others = placed.filter(({ item }) => !isQuiet(item));
  return [...quiet, ...others.toSorted((a, b) => b.item.firstOffset - a.item.firstOffset)];
}
