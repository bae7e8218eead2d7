// Dedup as anyone would first write it: a list of all that was ever taken, searched from its beginning.
import type { TopicConfig } from '../../src/index.ts';

export interface NaiveRecord {
  readonly id: string | null;
  readonly key: string | null;
  readonly value: string | null;
}

interface Taken {
  readonly what: string;
  readonly partition: number;
  readonly offset: number;
  readonly untilMs: number;
}

export class NaiveDedup {
  taken: Taken[] = [];
  /** Records of each partition, by offset. */
  readonly logs: NaiveRecord[][];

  constructor(partitions: number) {
    this.logs = Array.from({ length: partitions }, () => []);
  }

  /** What was taken is found no more; it lasts as long as it would have. */
  forget(): void {
    this.taken = this.taken.map((one) => ({ ...one, what: 'forgotten' }));
  }

  /** Duplicates by their position in the batch, with where the first is. */
  append(
    partition: number,
    records: readonly NaiveRecord[],
    config: TopicConfig,
    nowMs: number,
  ): [index: number, partition: number, offset: number][] {
    const log = this.logs[partition] as NaiveRecord[];
    const duplicates: [number, number, number][] = [];
    for (const [index, record] of records.entries()) {
      const what = identity(record, config);
      const first = this.taken.find((one) => one.what === what && one.untilMs > nowMs);
      if (first !== undefined) {
        duplicates.push([index, first.partition, first.offset]);
        continue;
      }
      if (what !== undefined) {
        const untilMs = nowMs + config.dedupWindowMs;
        this.taken = this.taken.filter((one) => one.what !== what);
        this.taken.push({ what, partition, offset: log.length, untilMs });
      }
      log.push(record);
    }
    return duplicates;
  }
}

/** What makes the record the same as another one; undefined where nothing does. */
function identity(
  { id, key, value }: NaiveRecord,
  { dedup, dedupScope }: TopicConfig,
): string | undefined {
  if (dedup === 'none' || (dedup === 'id' && id === null)) return undefined;
  const scope = dedupScope === 'key' ? key : null;
  return JSON.stringify([scope, id === null ? ['value', value ?? ''] : ['id', id]]);
}
