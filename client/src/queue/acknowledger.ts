// Sends what is said of leased messages: all of a tick in one request. After a lost connection it says again what can be
// said twice (ADR 0054). It keeps no leases.

import { type AckKind, LIMITS, type MillraceError, type ResponseOf } from '@millrace/protocol';
import type { Link } from '../net/link.ts';
import { Bell } from '../wait.ts';
import type { Ack, AckResult } from './ack.ts';
import { type AckItem, doneResult, failedResult, isDone, joinAcks, resultOf } from './ack-items.ts';

const IN_FLIGHT_MAX = 8;

/**
 * Errors that, when a statement is made again, say that the first time was heard. A return is never repeated: it would
 * lower the delivery count twice.
 */
const HEARD: { readonly [K in AckKind]?: readonly string[] } = {
  accept: ['ALREADY_RESOLVED'],
  reject: ['ALREADY_RESOLVED'],
  release: ['ALREADY_RESOLVED', 'STALE_LEASE'],
  extend: [],
};

interface Pending {
  readonly ack: Ack;
  readonly deadlineAt: number;
  readonly isRepeated: boolean;
}

export class Acknowledger {
  readonly group: string;
  private readonly link: Link;
  private readonly becameIdle = new Bell();
  private pending = new Map<Ack, Pending>();
  private inFlight = 0;
  private turn: NodeJS.Immediate | undefined;

  constructor(link: Link, group: string) {
    this.link = link;
    this.group = group;
  }

  add(ack: Ack): void {
    const deadlineAt = performance.now() + this.link.options.requestTimeoutMs;
    this.enqueue({ ack, deadlineAt, isRepeated: false });
  }

  /** Resolves once nothing waits and nothing is on its way. */
  async idle(): Promise<void> {
    while (this.pending.size > 0 || this.inFlight > 0) await this.becameIdle.wait();
  }

  private enqueue(pending: Pending): void {
    this.pending.set(pending.ack, pending);
    this.schedule();
  }

  private schedule(): void {
    if (this.turn !== undefined || this.pending.size === 0 || this.inFlight >= IN_FLIGHT_MAX)
      return;
    this.turn = setImmediate(() => {
      this.turn = undefined;
      this.flush();
    });
  }

  private flush(): void {
    const round = this.pending;
    this.pending = new Map();
    const items = joinAcks([...round.keys()]);
    for (let from = 0; from < items.length; from += LIMITS.acknowledgeItemsMax) {
      this.send(items.slice(from, from + LIMITS.acknowledgeItemsMax), round);
    }
  }

  private send(items: readonly AckItem[], round: ReadonlyMap<Ack, Pending>): void {
    this.inFlight += 1;
    const body = { group: this.group, items: items.map(wireItem) };
    this.link.request('Acknowledge', body, { urgent: true }).then(
      (reply) => this.replied(items, round, reply),
      (error: MillraceError) => this.refused(items, round, error),
    );
  }

  private replied(
    items: readonly AckItem[],
    round: ReadonlyMap<Ack, Pending>,
    { results }: ResponseOf<'Acknowledge'>,
  ): void {
    for (const [index, item] of items.entries()) {
      const outcome = results[index] ?? { outcomes: [], deadlineMs: null };
      if (isDone(item, outcome)) {
        const done = doneResult(outcome.deadlineMs);
        for (const ack of item.acks) ack.settle(done);
      } else {
        for (const ack of item.acks) ack.settle(heard(round.get(ack), resultOf(ack, outcome)));
      }
    }
    this.answered();
  }

  private refused(
    items: readonly AckItem[],
    round: ReadonlyMap<Ack, Pending>,
    error: MillraceError,
  ): void {
    const now = performance.now();
    const result = failedResult(error);
    for (const { acks } of items) {
      for (const ack of acks) {
        const pending = round.get(ack) as Pending;
        const isRepeatable = error.code === 'OUTCOME_UNKNOWN' && HEARD[ack.kind] !== undefined;
        if (isRepeatable && now < pending.deadlineAt) {
          this.enqueue({ ...pending, isRepeated: true });
        } else ack.settle(result);
      }
    }
    this.answered();
  }

  private answered(): void {
    this.inFlight -= 1;
    this.schedule();
    if (this.inFlight === 0 && this.pending.size === 0) this.becameIdle.ring();
  }
}

function wireItem({ first, lastOffset }: AckItem) {
  const { lease, firstOffset, kind, delayMs, errorText } = first;
  const { topicId, partition, token } = lease;
  return { topicId, partition, token, firstOffset, lastOffset, kind, delayMs, errorText };
}

function heard(pending: Pending | undefined, result: AckResult): AckResult {
  if (!pending?.isRepeated) return result;
  const codes = HEARD[pending.ack.kind] ?? [];
  const failures = result.failures.filter(({ error }) => !codes.includes(error.code));
  return { ...result, failures };
}
