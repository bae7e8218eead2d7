// Where a search stands in each partition, as text: the order, then an offset for each.

import { MillraceError } from '@millrace/protocol';
import { Type } from '../schemas/type.ts';
import type { Order } from './partition-scan.ts';

/** A search over more partitions at a time would read too much for one answer. */
export const SEARCH_PARTITIONS_MAX = 64;

const LETTERS = { newest: 'n', oldest: 'o' } as const satisfies Record<Order, string>;

export const SearchFrom = Type.String({
  pattern: '^(\\d{1,16}|[no]:\\d{1,16}(,\\d{1,16}){0,63})$',
  description: 'Begin here: `next` of the answer before, or an offset.',
});

export function placesText(order: Order, positions: readonly number[]): string {
  return `${LETTERS[order]}:${positions.join(',')}`;
}

/** An offset is where all begin; backwards its record comes first. Throws INVALID_REQUEST where it is of another search. */
export function placesOf(text: string, order: Order, partitions: number): number[] {
  const at = Number(text);
  if (Number.isSafeInteger(at)) {
    return Array.from({ length: partitions }, () => (order === 'newest' ? at + 1 : at));
  }
  const positions = text.slice(2).split(',').map(Number);
  const isFit = text[0] === LETTERS[order] && positions.length === partitions;
  if (isFit && positions.every(Number.isSafeInteger)) return positions;
  const reason = 'It is of a search in another order or over other partitions, or too large.';
  throw new MillraceError('INVALID_REQUEST', reason, { field: 'from' });
}
