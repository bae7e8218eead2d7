// What is said of the messages of a call, in ranges: neighbours of one lease of which the same is said go as one.

import type { MillraceError } from '@millrace/protocol';
import type { AckResult } from '../queue/ack.ts';
import type { HeldMessage } from '../queue/lease.ts';
import type { Verdict } from './verdict.ts';

/** Neighbouring messages of one lease, and what is said of them. */
export interface Statement<V> {
  readonly messages: readonly HeldMessage<V>[];
  readonly verdict: Verdict;
}

export type Resolved<V> = (
  message: HeldMessage<V>,
  verdict: Verdict,
  error: MillraceError | undefined,
) => void;

/** Of the messages that are held, in their order. Verdicts are the same where they are one object. */
export function statementsOf<V>(
  messages: readonly HeldMessage<V>[],
  verdictOf: (message: HeldMessage<V>, at: number) => Verdict,
): Statement<V>[] {
  const statements: { messages: HeldMessage<V>[]; verdict: Verdict }[] = [];
  let open: (typeof statements)[number] | undefined;
  for (let at = 0; at < messages.length; at += 1) {
    const message = messages[at] as HeldMessage<V>;
    if (message.state !== 'held') {
      open = undefined;
      continue;
    }
    const verdict = verdictOf(message, at);
    if (open?.verdict === verdict && follows(open.messages.at(-1), message)) {
      open.messages.push(message);
    } else {
      open = { messages: [message], verdict };
      statements.push(open);
    }
  }
  return statements;
}

function follows<V>(last: HeldMessage<V> | undefined, next: HeldMessage<V>): boolean {
  return last?.lease === next.lease && last.offset + 1 === next.offset;
}

/** Says it in the next Acknowledge request. */
export function acknowledge<V>({ messages, verdict }: Statement<V>, resolved: Resolved<V>): void {
  const { kind, delayMs, errorText, result } = verdict;
  const { lease, firstOffset, lastOffset } = rangeOf(messages);
  for (const message of messages) {
    message.state = 'resolving';
    message.said = kind;
  }
  const settle = (outcome: AckResult) => {
    for (const message of messages) {
      message.settle(outcome);
      resolved(message, verdict, failureOf(message, outcome));
    }
  };
  lease.acknowledger.add({
    lease,
    firstOffset,
    lastOffset,
    kind,
    delayMs,
    errorText,
    result,
    settle,
  });
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
