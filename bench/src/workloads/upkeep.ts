// retention-cost and compaction: what it costs the appends that the broker removes old records beside them. The same batches
// go in turn to a topic that keeps everything and to one that is kept small, for as long as it takes to be steady.

import type { TopicDescription } from '@millrace/client';
import { formatCount, formatMebibytes } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { medianOf } from '../measure/spread.ts';
import { BatchSender } from './batch-sender.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  type Run,
  type Session,
  TIMED,
  type Verdict,
  type Workload,
} from './workload.ts';

const PLAIN = 'plain';
const KEPT = 'kept';
const SEGMENT_BYTES = 2 * 2 ** 20;
const KEEP_ALL = { retentionMs: -1, segmentBytes: SEGMENT_BYTES } as const;

/** What is asked of it: append rate with, of that without. */
const RATIO_MIN = 0.8;
const SETTLE_MS_MAX = 60_000;
const SETTLE_LOOK_MS = 500;

const OPTIONS = {
  latencyOf: 'from the call of sendBatch to its acknowledgement, with upkeep',
  takes: [...TIMED, 'batch', 'inFlight', 'keys'],
  defaults: { duration: 20, warmup: 5, runs: 5, partitions: 4 },
  brokerFlags: ['--retention-check-interval', '500ms'],
} as const;

type TopicSettings = NonNullable<Parameters<Arena['client']['admin']['createTopic']>[0]['config']>;

export const retentionCost: Workload = {
  ...OPTIONS,
  name: 'retention-cost',
  about:
    'Appends to a topic that retention keeps at 4 MiB a partition, against one that it does not.',
  open: (arena) => opened(arena, { ...KEEP_ALL, retentionBytes: 2 * SEGMENT_BYTES }),
};

export const compaction: Workload = {
  ...OPTIONS,
  name: 'compaction',
  about: 'Appends to a compacted topic while it is compacted, against one that is not.',
  open: (arena) => opened(arena, { ...KEEP_ALL, cleanupPolicy: 'compact' }),
};

async function opened(arena: Arena, config: TopicSettings): Promise<Session> {
  const { admin } = arena.client;
  const { partitions } = arena.settings;
  await admin.createTopic({ name: PLAIN, partitions, config: KEEP_ALL });
  await admin.createTopic({ name: KEPT, partitions, config });
  return new UpkeepSession(arena);
}

/** One run with upkeep and the one without before it. */
interface Pair {
  readonly plain: number;
  readonly kept: number;
  /** The topic when the appends ended, and how long upkeep went on after. */
  readonly keptBytes: number;
  readonly settleMs: number;
}

class UpkeepSession implements Session {
  readonly #arena: Arena;
  readonly #plain: BatchSender;
  readonly #kept: BatchSender;
  readonly #pairs: Pair[] = [];

  constructor(arena: Arena) {
    const { client, settings } = arena;
    const shared = { ...settings, distinctKeys: settings.keys };
    this.#arena = arena;
    this.#plain = new BatchSender(client, { ...shared, topic: PLAIN });
    this.#kept = new BatchSender(client, { ...shared, topic: KEPT });
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const plain = await this.#append(this.#plain, durationMs / 2, () => undefined);
    const kept = await this.#append(this.#kept, durationMs / 2, (ms) => latency.record(ms));
    const keptBytes = bytesOf(await this.#arena.client.admin.describeTopic(KEPT));
    const settleMs = await this.#settle();
    this.#pairs.push({ plain: rateOf(plain), kept: rateOf(kept), keptBytes, settleMs });
    return kept;
  }

  async verify(): Promise<string> {
    await this.#plain.verify();
    return this.#kept.verify();
  }

  /** Not before all runs: a slow machine fills the first segments late. */
  async finish(): Promise<void> {
    const { partitions } = await this.#arena.client.admin.describeTopic(KEPT);
    const untouched = partitions.find((each) => each.startOffset === 0 && each.compactedTo === 0);
    if (untouched === undefined) return;
    throw new CountsDiffer(`nothing was removed from partition ${untouched.partition}`);
  }

  verdict(): Verdict {
    // Each pair by itself: what else the machine does is nearly the same for both halves of one.
    const measured = this.#pairs.slice(this.#arena.settings.warmup > 0 ? 1 : 0);
    const ratio = medianOf(measured.map((pair) => pair.kept / pair.plain));
    const isPassed = ratio >= RATIO_MIN;
    const text = `${(100 * ratio).toFixed(0)} % of the rate without`;
    return {
      isPassed,
      text: `${isPassed ? 'as it should be' : 'NOT AS IT SHOULD BE'}: ${text}`,
      details: { ratio, pairs: this.#pairs },
      table: {
        head: [
          'run',
          'without, records/s',
          'with, records/s',
          'ratio',
          'topic, MiB',
          'settled after, s',
        ],
        rows: this.#pairs.map((pair, at) => [
          `${at + 1}`,
          formatCount(Math.round(pair.plain)),
          formatCount(Math.round(pair.kept)),
          (pair.kept / pair.plain).toFixed(2),
          formatMebibytes(pair.keptBytes),
          (pair.settleMs / 1_000).toFixed(1),
        ]),
      },
    };
  }

  async close(): Promise<void> {
    await this.#plain.close();
    await this.#kept.close();
  }

  async #append(sender: BatchSender, ms: number, record: (ms: number) => void): Promise<Done> {
    const startedAt = performance.now();
    let records = 0;
    await runLanes(this.#arena.settings.inFlight, async () => {
      const sentAt = performance.now();
      const sent = await sender.send();
      records += sent;
      const now = performance.now();
      record(now - sentAt);
      return now < startedAt + ms;
    });
    return { records, elapsedMs: performance.now() - startedAt };
  }

  /** Waits until the topic no longer gets smaller: what is left to do must not be the next run's. */
  async #settle(): Promise<number> {
    const startedAt = performance.now();
    let quietSince = startedAt;
    for (let bytes = -1; performance.now() - startedAt < SETTLE_MS_MAX; ) {
      const now = bytesOf(await this.#arena.client.admin.describeTopic(KEPT));
      if (now !== bytes) quietSince = performance.now();
      if (performance.now() - quietSince > 3 * SETTLE_LOOK_MS) break;
      bytes = now;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_LOOK_MS));
    }
    return quietSince - startedAt;
  }
}

function rateOf({ records, elapsedMs }: Done): number {
  return (records * 1_000) / elapsedMs;
}

function bytesOf({ partitions }: TopicDescription): number {
  return partitions.reduce((sum, { bytes }) => sum + bytes, 0);
}
