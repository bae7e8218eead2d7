// Follows the partitions of a topic: what it finds, batch by batch, for who takes it. The next fetch leaves when what the
// last one brought was taken: a slow reader reads slowly from the broker too. It knows no socket.

import { type Client, MillraceError } from '@millrace/client';
import {
  batchHeader,
  errorName,
  type LogRecord,
  NO_ERROR,
  type ResponseOf,
  readRecords,
} from '@millrace/protocol';
import type { LiveLimits } from './live-limits.ts';

export interface TailPlan {
  readonly topic: string;
  readonly topicId: number;
  /** The next offset of each partition that is followed. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Only messages of this key. */
  readonly key: string | undefined;
}

export type TailStep =
  | {
      readonly kind: 'messages';
      readonly partition: number;
      readonly records: readonly LogRecord[];
      /** Where the partition goes on after all of them. */
      readonly nextOffset: number;
    }
  /** Retention was faster: messages from the one offset to before the other are gone. */
  | {
      readonly kind: 'gap';
      readonly partition: number;
      readonly fromOffset: number;
      readonly nextOffset: number;
    }
  | { readonly kind: 'idle' };

/** An answer may take so long beyond the time that was asked for. */
const ANSWER_MS = 15_000;

type Reply = ResponseOf<'Fetch'>['partitions'][number];

/** Ends by throwing: ABORTED once the signal is, or what the broker says. */
export async function* tail(
  client: Client,
  plan: TailPlan,
  limits: LiveLimits,
  signal: AbortSignal,
): AsyncGenerator<TailStep, void> {
  const { topicId } = plan;
  const offsets = new Map(plan.offsets);
  let order = [...offsets.keys()];
  for (;;) {
    const partitions = order.map((partition) => {
      return { topicId, partition, offset: offsets.get(partition) as number };
    });
    const body = { partitions, maxWaitMs: limits.idleMs, maxBytes: limits.fetchBytesMax };
    const timeoutMs = limits.idleMs + ANSWER_MS;
    const reply = await client.request('Fetch', body, { signal, timeoutMs });
    let isIdle = true;
    for (const part of reply.partitions) {
      const from = offsets.get(part.partition) as number;
      const steps = isOutOfRange(part)
        ? [await gapOf(client, plan, part, from)]
        : stepsOf(plan, part, from);
      for (const step of steps) {
        isIdle = false;
        offsets.set(step.partition, step.nextOffset);
        yield step;
      }
    }
    if (isIdle) yield { kind: 'idle' };
    // Those that are named first are served first: each has its turn.
    order = [...order.slice(1), ...order.slice(0, 1)];
  }
}

type Advance = Exclude<TailStep, { kind: 'idle' }>;

function isOutOfRange({ errorCode }: Reply): boolean {
  return errorName(errorCode) === 'OFFSET_OUT_OF_RANGE';
}

/** Throws OFFSET_OUT_OF_RANGE where the offset lies behind the end. */
async function gapOf(
  client: Client,
  { topic }: TailPlan,
  { partition, errorMessage }: Reply,
  fromOffset: number,
): Promise<Advance> {
  const [start] = await client.admin.listOffsets([{ topic, partition, at: 'earliest' }]);
  if (start === undefined || start.offset <= fromOffset) {
    throw new MillraceError('OFFSET_OUT_OF_RANGE', errorMessage ?? undefined);
  }
  return { kind: 'gap', partition, fromOffset, nextOffset: start.offset };
}

function* stepsOf(plan: TailPlan, reply: Reply, from: number): Generator<Advance, void> {
  const { partition, errorCode, batches } = reply;
  if (errorCode !== NO_ERROR) {
    const text = reply.errorMessage ?? undefined;
    throw new MillraceError(errorName(errorCode) ?? 'INTERNAL', text);
  }
  let offset = from;
  for (const batch of batches) {
    const { baseOffset, lastOffsetDelta } = batchHeader(batch);
    const found = readRecords(batch, { from: offset });
    const records = plan.key === undefined ? found : found.filter(isOf(plan.key));
    offset = baseOffset + lastOffsetDelta + 1;
    yield { kind: 'messages', partition, records, nextOffset: offset };
  }
}

function isOf(wanted: string): (record: LogRecord) => boolean {
  const bytes = Buffer.from(wanted, 'utf8');
  return ({ key }) => key !== null && bytes.equals(key);
}
