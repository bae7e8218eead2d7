// Where a page of messages begins, as text: `partition:offset`.

import { MillraceError } from '@millrace/protocol';
import { Type } from '../schemas/type.ts';

export interface PagePlace {
  readonly partition: number;
  readonly offset: number;
}

export const PageFrom = Type.String({
  pattern: '^\\d{1,4}:\\d{1,16}$',
  description: 'Begin here, as partition:offset: `next` of the page before.',
});

/** The very beginning, where none is given. Throws INVALID_REQUEST. */
export function placeOf(text: string | undefined): PagePlace {
  const [partition = 0, offset = 0] = (text ?? '0:0').split(':').map(Number);
  if (Number.isSafeInteger(offset)) return { partition, offset };
  throw new MillraceError('INVALID_REQUEST', 'The offset is too large.', { field: 'from' });
}

export function placeText({ partition, offset }: PagePlace): string {
  return `${partition}:${offset}`;
}
