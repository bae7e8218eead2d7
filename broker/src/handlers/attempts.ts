// Receives that name their attempt: one that is sent again is told the leases of the one before. Two of them may be on
// their way at a time, the first on a connection that is closing: what they share is not given back under the other.

import { decideKeepAttempt, type PlacedLease, repeatReceive } from '@millrace/core';
import type { RequestOf } from '@millrace/protocol';
import type { Shard } from '../shard/shard.ts';

type Request = Pick<RequestOf<'Receive'>, 'attemptId' | 'memberId' | 'maxBytes'>;

export class Attempts {
  readonly #shard: Shard;
  /** Requests that have leases and are not answered yet, by group and attempt. */
  readonly #holders = new Map<string, number>();

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  /** What the same attempt leased before, or what `take` leases, kept under its id in the same commit. [L-104] */
  lease(groupId: number, request: Request, take: () => PlacedLease[]): readonly PlacedLease[] {
    const { attemptId, memberId, maxBytes } = request;
    if (attemptId === null) return take();
    const before = this.#shard.stage((state, view, context) =>
      repeatReceive(state, view, { groupId, memberId, attemptId, maxBytes }, context),
    );
    const leases = before ?? take();
    if (leases.length === 0) return leases;
    if (before === null) {
      this.#shard.stage((state, view, context) =>
        decideKeepAttempt(state, view, { groupId, attemptId, leases }, context),
      );
    }
    const name = `${groupId}/${attemptId}`;
    this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
    return leases;
  }

  /** Waits until the leases are on the disk. True: no other request shares them, so that they may be given back. */
  async durable(
    seq: number,
    groupId: number,
    request: Request,
    leases: readonly PlacedLease[],
  ): Promise<boolean> {
    let isAlone = true;
    try {
      await this.#shard.durable(seq);
    } finally {
      if (leases.length > 0) isAlone = this.#leave(groupId, request);
    }
    return isAlone;
  }

  #leave(groupId: number, { attemptId }: Request): boolean {
    if (attemptId === null) return true;
    const name = `${groupId}/${attemptId}`;
    const others = (this.#holders.get(name) ?? 1) - 1;
    if (others === 0) this.#holders.delete(name);
    else this.#holders.set(name, others);
    return others === 0;
  }
}
