// The loop of `consume`: batches to the writer until it is full, the ends are reached, or somebody asks it to stop;
// then commits what was written and leaves.

import type { Consumer, ConsumerBatch } from '@millrace/client';
import type { Context } from '../../context.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { OutputClosed } from '../../output/output.ts';
import type { RecordWriter } from './record-writer.ts';
import type { TopicEnds } from './topic-ends.ts';

const LOOK_INTERVAL_MS = 250;
const CLOSE_TIMEOUT_MS = 5_000;
/** Errors of a member that the group went on without. */
const LOST: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER', 'FENCED_MEMBER_EPOCH']);

export interface TopicReading {
  readonly consumer: Consumer<Uint8Array>;
  readonly writer: RecordWriter;
  /** Where to stop; undefined: wait for more. */
  readonly ends: TopicEnds | undefined;
  readonly context: Context;
  readonly topic: string;
  readonly group: string | undefined;
}

type Batch = ConsumerBatch<Uint8Array>;

/** Resolves when it is done or was asked to stop; rejects where reading, writing or committing failed. */
export async function readTopic(reading: TopicReading): Promise<void> {
  const { consumer, writer, ends } = reading;
  try {
    for await (const { partition, messages } of batchesUntil(reading)) {
      let written: number | undefined;
      try {
        await writer.write(wantedOf(reading, partition, messages), (next) => {
          written = next;
        });
      } finally {
        // Also when stdout's reader went away in the middle: what it got is done.
        if (written !== undefined) await commit(reading, partition, written);
      }
      const last = writer.isFull ? undefined : messages.at(-1)?.offset;
      if (last !== undefined) ends?.advance(partition, last + 1);
      if (writer.isFull) break;
    }
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  } finally {
    await consumer.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }
}

function wantedOf({ ends }: TopicReading, partition: number, messages: Batch['messages']) {
  const last = messages.at(-1);
  if (ends === undefined || last === undefined) return messages;
  if (ends.isWanted(partition, last.offset)) return messages;
  return messages.filter(({ offset }) => ends.isWanted(partition, offset));
}

/** Before the next batch is asked for: the partition may go to another member then. */
async function commit(reading: TopicReading, partition: number, offset: number): Promise<void> {
  const { consumer, context, topic, group } = reading;
  if (group === undefined) return;
  try {
    await consumer.commit([{ topic, partition, offset }]);
  } catch (error) {
    if (!LOST.has(errorCodeOf(error) ?? '')) throw error;
    context.output.warn(
      `partition ${partition} went to another member before offset ${offset} was committed: it reads some records again`,
    );
  }
}

/** Batches until the ends are reached or the signal comes; looks now and then, for no batch may come any more. */
async function* batchesUntil(reading: TopicReading): AsyncGenerator<Batch, void, void> {
  const { consumer, ends, context } = reading;
  const batches = consumer.batches();
  let next: Promise<IteratorResult<Batch>> | undefined;
  try {
    while (!context.signal.aborted) {
      if (ends !== undefined && isAtEnd(reading, ends)) return;
      next ??= batches.next();
      const got = await orStop(
        next,
        context.signal,
        ends === undefined ? undefined : LOOK_INTERVAL_MS,
      );
      if (got === 'stop') return;
      if (got === 'look') {
        // A group may have given this member a partition that others have read to the end.
        for (const { partition, position } of consumer.lag()) ends?.advance(partition, position);
        continue;
      }
      next = undefined;
      if (got.done === true) return;
      yield got.value;
    }
  } finally {
    // A batch that is asked for and no longer wanted: closing the consumer ends it.
    next?.catch(() => {});
  }
}

/** What is awaited, or `stop` at the signal, or `look` after a while. Leaves nothing behind on the signal. */
async function orStop<T>(
  awaited: Promise<T>,
  signal: AbortSignal,
  lookMs: number | undefined,
): Promise<T | 'stop' | 'look'> {
  return new Promise<T | 'stop' | 'look'>((resolve, reject) => {
    const onAbort = (): void => settle(() => resolve('stop'));
    const timer =
      lookMs === undefined ? undefined : setTimeout(() => settle(() => resolve('look')), lookMs);
    function settle(how: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      how();
    }
    signal.addEventListener('abort', onAbort);
    awaited.then(
      (value) => settle(() => resolve(value)),
      (error: Error) => settle(() => reject(error)),
    );
  });
}

/** Alone: all is read. In a group: all that this member has, and it has something. */
function isAtEnd({ consumer, group }: TopicReading, ends: TopicEnds): boolean {
  if (group === undefined || ends.isReached()) return ends.isReached();
  const { assignment } = consumer;
  return assignment.length > 0 && ends.isReached(assignment.map(({ partition }) => partition));
}
