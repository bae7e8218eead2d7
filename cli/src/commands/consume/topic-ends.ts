// What there is to read of a topic at the start of `consume --no-follow`: a position and an end for each partition, so
// that it knows when it is done, also where nothing is left to read.

import type { Admin, TopicPartitionOffset } from '@millrace/client';
import { CliError } from '../../errors/cli-error.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import type { Position } from '../../input/position.ts';
import { formatText } from '../../output/format.ts';

export interface Reading {
  readonly topic: string;
  readonly group: string | undefined;
  readonly partitions: readonly number[];
  readonly from: Position;
  /** Stop before this; undefined: at the end that the partition has now. */
  readonly until?: Position | undefined;
  /** Never wait for what is to come: an end that lies behind the one of now is that. */
  readonly isBounded?: boolean | undefined;
}

interface Span {
  position: number;
  readonly end: number;
}

export class TopicEnds {
  readonly #spans: ReadonlyMap<number, Span>;
  readonly #isStrict: boolean;

  /** `isStrict`: what lies behind the ends is not wanted, also where it comes along. */
  constructor(spans: ReadonlyMap<number, Span>, isStrict = false) {
    this.#spans = spans;
    this.#isStrict = isStrict;
  }

  isWanted(partition: number, offset: number): boolean {
    const span = this.#isStrict ? this.#spans.get(partition) : undefined;
    return span === undefined || offset < span.end;
  }

  /** Offsets that are still to be read. */
  get left(): number {
    let left = 0;
    for (const { position, end } of this.#spans.values()) left += Math.max(0, end - position);
    return left;
  }

  /** The next offset to read: everything before it is dealt with. */
  advance(partition: number, position: number): void {
    const span = this.#spans.get(partition);
    if (span !== undefined) span.position = Math.max(span.position, position);
  }

  /** True when these partitions are read to the ends they had; without an argument: all. */
  isReached(partitions: Iterable<number> = this.#spans.keys()): boolean {
    for (const partition of partitions) {
      const span = this.#spans.get(partition);
      if (span !== undefined && span.position < span.end) return false;
    }
    return true;
  }
}

/** Also says UNKNOWN_TOPIC and UNKNOWN_PARTITION, which a consumer that follows would wait for. */
export async function findEnds(
  admin: Admin,
  reading: Reading,
  signal: AbortSignal,
): Promise<TopicEnds> {
  const { topic, group, partitions: wanted } = reading;
  const described = await admin.describeTopic(topic, { signal });
  const partitions = described.partitions.filter(
    ({ partition }) => wanted.length === 0 || wanted.includes(partition),
  );
  const missing = wanted.find((each) => each >= described.partitions.length);
  if (missing !== undefined) {
    const message = `topic ${formatText(topic)} has no partition ${missing}`;
    throw new CliError('notFound', 'UNKNOWN_PARTITION', message);
  }
  const starts = await offsetsOf(admin, topic, reading.from, partitions, signal);
  const { until = 'latest' } = reading;
  const meant = await offsetsOf(admin, topic, until, partitions, signal);
  const ends =
    reading.isBounded === true
      ? partitions.map(({ endOffset }, at) => Math.min(meant[at] ?? 0, endOffset))
      : meant;
  const committed = group === undefined ? [] : await committedIn(admin, topic, group, signal);
  const spans = partitions.map(({ partition, startOffset }, at) => {
    const own = committed.find((each) => each.partition === partition);
    const position = own === undefined ? (starts[at] ?? 0) : Math.max(own.offset, startOffset);
    return [partition, { position, end: ends[at] ?? 0 }] as const;
  });
  return new TopicEnds(new Map(spans), reading.until !== undefined);
}

interface Bounds {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Of each partition the offset that the position means. */
async function offsetsOf(
  admin: Admin,
  topic: string,
  at: Position,
  partitions: readonly Bounds[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (at === 'earliest') return partitions.map(({ startOffset }) => startOffset);
  if (at === 'latest') return partitions.map(({ endOffset }) => endOffset);
  if ('offset' in at) return partitions.map(({ startOffset }) => Math.max(at.offset, startOffset));
  const questions = partitions.map(({ partition }) => ({ topic, partition, at }));
  return (await admin.listOffsets(questions, { signal })).map(({ offset }) => offset);
}

/** What the group has committed in the topic; nothing where there is no such group yet. */
async function committedIn(
  admin: Admin,
  topic: string,
  group: string,
  signal: AbortSignal,
): Promise<readonly TopicPartitionOffset[]> {
  try {
    const offsets = await admin.groupOffsets(group, { signal });
    return offsets.filter((each) => each.topic === topic);
  } catch (error) {
    if (errorCodeOf(error) === 'UNKNOWN_GROUP') return [];
    throw error;
  }
}
