// The end of a call that sends messages or has effects: everything in one Transact, under one id, so that a lost reply is
// asked for again. Where it is refused nothing of it was done, and the attempt counts as failed.

import type { ErrorName, MillraceError } from '@millrace/protocol';
import type { Metadata } from '../metadata.ts';
import type { Link } from '../net/link.ts';
import { orderedId } from '../ordered-id.ts';
import type { EffectEnd } from './effects.ts';
import type { Outbox } from './outbox.ts';
import { acknowledge, type Hearer, type Statement, transactItems } from './statements.ts';
import { verdictOf } from './verdict.ts';

/** Nobody can tell whether it was carried out. */
const UNKNOWN: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'CLIENT_CLOSED',
]);

export interface TransactionSource {
  readonly link: Link;
  readonly metadata: Metadata;
  readonly group: string;
}

export interface Ending<V> {
  readonly statements: readonly Statement<V>[];
  readonly outbox: Outbox | undefined;
  readonly effects: readonly EffectEnd[];
  /** Tells of the effects alone. */
  readonly remember: () => Promise<void>;
}

/** Resolves once every message has its outcome, or is on its way to be released; it never rejects. */
export async function transact<V>(
  source: TransactionSource,
  ending: Ending<V>,
  hearer: Hearer<V>,
): Promise<void> {
  const { link } = source;
  const { statements } = ending;
  for (const { messages, verdict } of statements) {
    for (const message of messages) {
      message.state = 'committing';
      message.said = verdict.kind;
    }
  }
  try {
    await carryOut(source, ending);
  } catch (error) {
    await refused(link, ending, error as MillraceError, hearer);
    return;
  }
  for (const { messages, verdict } of statements) {
    for (const message of messages) {
      message.state = 'resolved';
      hearer.resolved(message, verdict, undefined);
    }
  }
}

/** A topic that was made anew has another id: what was refused for the old one, and so not done, is sent to the new one. */
async function carryOut<V>(
  { link, metadata, group }: TransactionSource,
  { statements, outbox, effects }: Ending<V>,
): Promise<void> {
  const items = transactItems(statements);
  const acknowledgements = items.length === 0 ? [] : [{ group, items }];
  for (let isAgain = false; ; isAgain = true) {
    const batches = (await outbox?.batches(metadata, Date.now())) ?? [];
    const body = { transactionId: orderedId(), batches, acknowledgements, effects, offsets: [] };
    try {
      // What carries messages waits for room as they do; the leases are extended meanwhile.
      await link.request('Transact', body, { urgent: batches.length === 0 });
      return;
    } catch (error) {
      if (isAgain || (error as MillraceError).action !== 'refresh') throw error;
      metadata.forgetIds(batches.map(({ topicId }) => topicId));
    }
  }
}

/**
 * A message that is somebody else's by now is found lost when it is released; others come again. What was done outside is
 * told of by itself: it was done, whatever becomes of the messages.
 */
async function refused<V>(
  link: Link,
  { statements, remember }: Ending<V>,
  error: MillraceError,
  hearer: Hearer<V>,
): Promise<void> {
  const isUnknown = UNKNOWN.has(error.code);
  if (!isUnknown) link.options.logger.warn?.('transaction refused', { error });
  const failed = verdictOf(error);
  for (const { messages, verdict } of statements) {
    if (isUnknown) {
      for (const message of messages) hearer.resolved(message, verdict, error);
      continue;
    }
    for (const message of messages) message.state = 'held';
    acknowledge({ messages, verdict: verdict.kind === 'accept' ? failed : verdict }, hearer);
  }
  await remember();
}
