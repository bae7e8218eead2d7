// What is said of the messages of a call, in ranges: neighbours of one lease of which the same is said go as one.

import type { AckKind, MillraceError } from '@millrace/protocol';
import type { Ack, AckResult } from '../queue/ack.ts';
import type { HeldMessage, Lease } from '../queue/lease.ts';
import type { Verdict } from './verdict.ts';

/** Neighbouring messages of one lease, and what is said of them. */
export interface Statement<V> {
  readonly messages: readonly HeldMessage<V>[];
  readonly verdict: Verdict;
}

/** Hears what became of messages. */
export interface Hearer<V> {
  resolved(message: HeldMessage<V>, verdict: Verdict, error: MillraceError | undefined): void;
  /** All of them as it was said; they are of one lease. */
  allResolved(messages: readonly HeldMessage<V>[], verdict: Verdict): void;
}

/** Of the messages that are held, in their order. Verdicts are the same where they are one object. */
export function statementsOf<V>(
  messages: readonly HeldMessage<V>[],
  verdictOf: (message: HeldMessage<V>, at: number) => Verdict,
): Statement<V>[] {
  const statements: Statement<V>[] = [];
  for (let from = 0; from < messages.length; ) {
    const first = messages[from] as HeldMessage<V>;
    let end = from + 1;
    if (first.state === 'held') {
      const verdict = verdictOf(first, from);
      let last = first;
      for (; end < messages.length; end += 1) {
        const next = messages[end] as HeldMessage<V>;
        if (!follows(last, next) || next.state !== 'held') break;
        if (verdictOf(next, end) !== verdict) break;
        last = next;
      }
      statements.push({ messages: messages.slice(from, end), verdict });
    }
    from = end;
  }
  return statements;
}

function follows<V>(last: HeldMessage<V>, next: HeldMessage<V>): boolean {
  return last.lease === next.lease && last.offset + 1 === next.offset;
}

/** A statement on its way. Until it leaves it takes what continues it, however many calls of a handler that comes from. */
class Said<V> implements Ack {
  readonly lease: Lease<V>;
  readonly firstOffset: number;
  lastOffset: number;
  private readonly messages: HeldMessage<V>[];
  private readonly verdict: Verdict;
  private readonly hearer: Hearer<V>;

  constructor(messages: readonly HeldMessage<V>[], verdict: Verdict, hearer: Hearer<V>) {
    const first = messages[0] as HeldMessage<V>;
    this.lease = first.lease;
    this.firstOffset = first.offset;
    this.lastOffset = first.offset + messages.length - 1;
    this.messages = [...messages];
    this.verdict = verdict;
    this.hearer = hearer;
  }

  get kind(): AckKind {
    return this.verdict.kind;
  }

  get delayMs(): number | undefined {
    return this.verdict.delayMs;
  }

  get errorText(): string | undefined {
    return this.verdict.errorText;
  }

  get result(): Uint8Array | undefined {
    return this.verdict.result;
  }

  join(messages: readonly HeldMessage<V>[], verdict: Verdict, hearer: Hearer<V>): boolean {
    const first = messages[0] as HeldMessage<V>;
    const isOne = verdict === this.verdict && verdict.result === undefined;
    if (!isOne || hearer !== this.hearer || first.lease !== this.lease) return false;
    if (first.offset !== this.lastOffset + 1) return false;
    for (const message of messages) this.messages.push(message);
    this.lastOffset += messages.length;
    return true;
  }

  settle(outcome: AckResult): void {
    const { messages, verdict, hearer } = this;
    if (outcome.requestError === undefined && outcome.failures.length === 0) {
      for (const message of messages) message.state = 'resolved';
      hearer.allResolved(messages, verdict);
      return;
    }
    for (const message of messages) {
      message.settle(outcome);
      hearer.resolved(message, verdict, failureOf(message, outcome));
    }
  }
}

/** Says it in the next Acknowledge request. */
export function acknowledge<V>({ messages, verdict }: Statement<V>, hearer: Hearer<V>): void {
  const { acknowledger } = (messages[0] as HeldMessage<V>).lease;
  for (const message of messages) {
    message.state = 'resolving';
    message.said = verdict.kind;
  }
  const { newest } = acknowledger;
  if (newest instanceof Said && newest.join(messages, verdict, hearer)) return;
  acknowledger.add(new Said(messages, verdict, hearer));
}

/** As items of a Transact. */
export function transactItems<V>(statements: readonly Statement<V>[]) {
  return statements.map(({ messages, verdict }) => {
    const { kind, delayMs, errorText, result } = verdict;
    const { lease, ...range } = rangeOf(messages);
    const { topicId, partition, token } = lease;
    return { topicId, partition, token, ...range, kind, delayMs, errorText, result };
  });
}

function rangeOf<V>(messages: readonly HeldMessage<V>[]) {
  const first = messages[0] as HeldMessage<V>;
  const last = messages.at(-1) as HeldMessage<V>;
  return { lease: first.lease, firstOffset: first.offset, lastOffset: last.offset };
}

function failureOf<V>(message: HeldMessage<V>, result: AckResult): MillraceError | undefined {
  if (result.requestError !== undefined) return result.requestError;
  if (result.failures.length === 0) return undefined;
  const { offset } = message;
  return result.failures.find((f) => f.firstOffset <= offset && offset <= f.lastOffset)?.error;
}
