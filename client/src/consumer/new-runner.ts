// What run() is told, checked, and who carries it out.

import { MillraceError } from '@millrace/protocol';
import { choiceOption, integerOption, POSITIVE } from '../options-check.ts';
import type { ChunkRules } from './chunk.ts';
import type { Claim } from './claim.ts';
import type { Delivery } from './delivery.ts';
import { ParallelRunner } from './parallel-run.ts';
import { ORDERINGS, type RunHandlers, Runner } from './run.ts';

export interface AnyRunner {
  /** Resolves once the delivery is closed and all handlers have returned; rejects with the first error. */
  run(): Promise<void>;
  /** Tells handlers that their time is over. */
  abort(reason: Error): void;
}

export interface RunnerOptions<V> {
  readonly maxBatchMessages: number;
  readonly maxBufferedBytes: number;
  /** Waited for after each message or batch. */
  readonly afterEach: ((claim: Claim<V>) => Promise<void>) | undefined;
}

/** Throws INVALID_CONFIG. */
export function newRunner<V>(
  delivery: Delivery<V>,
  rules: ChunkRules<V>,
  handlers: RunHandlers<V>,
  options: RunnerOptions<V>,
): AnyRunner {
  const { eachMessage, eachBatch } = handlers ?? {};
  const handler = eachMessage ?? eachBatch;
  const isOne = (eachMessage === undefined) !== (eachBatch === undefined);
  if (!isOne || typeof handler !== 'function') {
    throw new MillraceError(
      'INVALID_CONFIG',
      'run() takes either eachMessage or eachBatch, a function.',
    );
  }
  const concurrency = integerOption('concurrency', handlers.concurrency ?? 1, POSITIVE);
  const ordering = choiceOption('ordering', handlers.ordering ?? 'partition', ORDERINGS);
  const { maxBatchMessages, maxBufferedBytes: bytes, afterEach } = options;
  if (ordering === 'partition') return new Runner(delivery, handlers, maxBatchMessages, afterEach);
  if (eachMessage === undefined) {
    const text = `Batches keep the order of their partition: ordering '${ordering}' is for eachMessage.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'ordering', limit: 'partition' });
  }
  const parallel = { ordering, concurrency, bytes, eachMessage, afterEach };
  return new ParallelRunner(delivery, rules, parallel);
}
