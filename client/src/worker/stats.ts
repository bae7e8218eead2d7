// What a worker has done so far, counted by message.

import type { AckKind } from '@millrace/protocol';

/** What a worker has done so far, and what it holds. */
export interface WorkerStats {
  readonly received: number;
  readonly accepted: number;
  readonly released: number;
  readonly rejected: number;
  /** Given back unhandled. */
  readonly returned: number;
  /** The lease was lost, or nobody can tell what became of it. */
  readonly lost: number;
  /** In handlers now. */
  readonly running: number;
  /** Leased and waiting for a handler now. */
  readonly buffered: number;
}

/** What became of a message that a worker had in hand. */
export type Outcome = 'accepted' | 'released' | 'rejected' | 'returned' | 'lost';

const OUTCOMES: { readonly [K in AckKind]: Outcome } = {
  accept: 'accepted',
  release: 'released',
  reject: 'rejected',
  return: 'returned',
  extend: 'lost',
};

export class OutcomeCounts {
  received = 0;
  readonly counts: { [O in Outcome]: number } = {
    accepted: 0,
    released: 0,
    rejected: 0,
    returned: 0,
    lost: 0,
  };

  count(kind: AckKind, isLost: boolean, messages: number): Outcome {
    const outcome = isLost ? 'lost' : OUTCOMES[kind];
    this.counts[outcome] += messages;
    return outcome;
  }
}
