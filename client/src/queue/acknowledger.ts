// Sends what is said of leased messages: all of a tick in one request. After a lost connection it says again what can be
// said twice (ADR 0054). It keeps no leases.

import { type AckKind, MillraceError, type ResponseOf } from '@millrace/protocol';
import type { Link } from '../net/link.ts';
import { unknownAfter } from '../net/resend.ts';
import { Bell } from '../wait.ts';
import type { Ack, AckResult } from './ack.ts';
import {
  type AckItem,
  doneResult,
  failedResult,
  isDone,
  joinAcks,
  perRequest,
  resultOf,
} from './ack-items.ts';

const IN_FLIGHT_MAX = 8;
/** The broker's lease began before its reply came. */
const DOUBT_MS = 1_000;

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

export class Acknowledger {
  readonly group: string;
  private readonly link: Link;
  private readonly becameIdle = new Bell();
  private pending: Ack[] = [];
  private inFlight = 0;
  private turn: NodeJS.Immediate | undefined;

  constructor(link: Link, group: string) {
    this.link = link;
    this.group = group;
  }

  /** What was said last, while it waits to be sent for the first time: more may be said with it. */
  get newest(): Ack | undefined {
    const newest = this.pending.at(-1);
    return newest?.isRepeated === true ? undefined : newest;
  }

  add(ack: Ack): void {
    ack.repeatUntil = performance.now() + this.link.options.requestTimeoutMs;
    this.pending.push(ack);
    this.schedule();
  }

  /** Resolves once nothing waits and nothing is on its way. */
  async idle(): Promise<void> {
    while (this.pending.length > 0 || this.inFlight > 0) await this.becameIdle.wait();
  }

  private schedule(): void {
    if (this.turn !== undefined || this.pending.length === 0) return;
    if (this.inFlight >= IN_FLIGHT_MAX) return;
    this.turn = setImmediate(() => {
      this.turn = undefined;
      this.flush();
    });
  }

  private flush(): void {
    const items = joinAcks(this.pending);
    this.pending = [];
    for (const request of perRequest(items)) this.send(request);
  }

  private send(items: readonly AckItem[]): void {
    this.inFlight += 1;
    const body = { group: this.group, items: items.map(wireItem) };
    this.link.request('Acknowledge', body, { urgent: true }).then(
      (reply) => this.replied(items, reply),
      (error: MillraceError) => this.refused(items, error),
    );
  }

  private replied(items: readonly AckItem[], { results }: ResponseOf<'Acknowledge'>): void {
    for (const [index, item] of items.entries()) {
      const outcome = results[index] ?? { outcomes: [], deadlineMs: null };
      const done = isDone(item, outcome) ? doneResult(outcome.deadlineMs) : undefined;
      for (const ack of item.acks) ack.settle(done ?? heard(ack, resultOf(ack, outcome)));
    }
    this.answered();
  }

  private refused(items: readonly AckItem[], error: MillraceError): void {
    if (items.length > 1 && isOfAnItem(error)) {
      this.sendHalves(items);
      return;
    }
    const now = performance.now();
    const isUnknown = error.code === 'OUTCOME_UNKNOWN';
    for (const ack of items.flatMap(({ acks }) => acks)) {
      if (isUnknown && HEARD[ack.kind] !== undefined && now < (ack.repeatUntil ?? 0)) {
        ack.isRepeated = true;
        this.pending.push(ack);
      } else ack.settle(failedResult(ack.isRepeated === true ? unknownAfter(error) : error));
    }
    this.answered();
  }

  /** Halves of halves find the item that is refused; nothing of the request took effect, so all may be said again. */
  private sendHalves(items: readonly AckItem[]): void {
    const half = items.length >> 1;
    this.send(items.slice(0, half));
    this.send(items.slice(half));
    this.answered();
  }

  private answered(): void {
    this.inFlight -= 1;
    this.schedule();
    if (this.inFlight === 0 && this.pending.length === 0) this.becameIdle.ring();
  }
}

/** The request was refused before it had an effect, and perhaps for one of its items. */
function isOfAnItem({ code, detail }: MillraceError): boolean {
  if (detail.field !== undefined) return detail.field.startsWith('items');
  return code === 'INVALID_REQUEST';
}

export function wireItem({ first, lastOffset }: AckItem) {
  const { lease, firstOffset, kind, delayMs, errorText, result } = first;
  const { topicId, partition, token } = lease;
  return { topicId, partition, token, firstOffset, lastOffset, kind, delayMs, errorText, result };
}

/**
 * What was heard the first time is no failure the second time. But where the lease may have ended meanwhile, somebody else
 * may have resolved the message, or it is dead: then nobody can tell.
 */
function heard(ack: Ack, result: AckResult): AckResult {
  if (ack.isRepeated !== true) return result;
  const codes = HEARD[ack.kind] ?? [];
  const isOurs = performance.now() < (ack.lease.endsAt ?? 0) - DOUBT_MS;
  const failures = result.failures.flatMap(({ firstOffset, lastOffset, error }) => {
    if (!codes.includes(error.code)) return [{ firstOffset, lastOffset, error }];
    return isOurs ? [] : [{ firstOffset, lastOffset, error: endedMeanwhile(error) }];
  });
  return { ...result, failures };
}

function endedMeanwhile(cause: MillraceError): MillraceError {
  const text =
    'whether it was done before the connection was lost is unknown: the lease may have ended since';
  return new MillraceError('OUTCOME_UNKNOWN', `${text} (${cause.message})`, {}, { cause });
}
