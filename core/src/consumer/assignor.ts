// Which assignor a group uses [C-30]. It computes nothing itself.

import type { RequestOf } from '@millrace/protocol';
import { assignRange } from './assign-range.ts';
import { assignUniform } from './assign-uniform.ts';
import type { Assignor } from './subscriber.ts';

export type AssignorName = NonNullable<RequestOf<'GroupHeartbeat'>['assignor']>;

export const ASSIGNOR_OF: Readonly<Record<AssignorName, Assignor>> = {
  uniform: assignUniform,
  range: assignRange,
};

/** The one that most members ask for; who asks for none does not count. */
export function assignorOf(wishes: Iterable<AssignorName | null>): AssignorName {
  let forRange = 0;
  for (const wish of wishes) {
    if (wish === 'range') forRange += 1;
    else if (wish === 'uniform') forRange -= 1;
  }
  return forRange > 0 ? 'range' : 'uniform';
}
