// mixed: what an application does at once. Batches go to a topic that a consumer group reads and to one that a share group
// works off; some of the work is delayed, some fails at first and is delivered again.

import { type BatchMessage, codecs, type Producer } from '@millrace/client';
import { Deferred } from '../deferred.ts';
import { formatCount } from '../format.ts';
import { runLanes } from '../lanes.ts';
import { MixedReaders } from './mixed-readers.ts';
import { MIXED, type Part, partsOf, stamp } from './mixed-records.ts';
import { pace } from './pacer.ts';
import {
  type Arena,
  type Done,
  mustEqual,
  type Run,
  type Session,
  TIMED,
  type Workload,
} from './workload.ts';

export const mixed: Workload = {
  name: 'mixed',
  about:
    'At once: batches to a topic that a consumer group reads and to one that a share group works off, with delayed messages and first attempts that fail.',
  latencyOf:
    'from when a batch was due to be sent to the handler of each record, without those that were delayed or came again',
  takes: [
    ...TIMED,
    'batch',
    'inFlight',
    'queuePercent',
    'delayedPercent',
    'retryPercent',
    'rateMax',
  ],
  defaults: { partitions: 4, batch: 100, inFlight: 32 },
  async open(arena: Arena): Promise<Session> {
    const { client, settings } = arena;
    const { partitions } = settings;
    await client.admin.createTopic({ name: MIXED.log, partitions });
    await client.admin.createTopic({ name: MIXED.work, partitions });
    const config = { onExhausted: 'drop' } as const;
    await client.admin.createShareGroup({ group: MIXED.workers, topics: [MIXED.work], config });
    return new MixedSession(arena, await MixedReaders.start(arena));
  },
};

/** Batches that may be on their way or unread, beside those in flight: what is delayed does not count. */
const WAITING_FACTOR = 4;

class MixedSession implements Session {
  readonly #arena: Arena;
  readonly #readers: MixedReaders;
  readonly #producer: Producer<Uint8Array>;
  readonly #failure = new Deferred<never>();
  #batches = 0;
  #sent = 0;
  #delayed = 0;

  constructor(arena: Arena, readers: MixedReaders) {
    const { inFlight } = arena.settings;
    this.#arena = arena;
    this.#readers = readers;
    this.#producer = arena.client.producer({ codec: codecs.bytes, maxInFlight: inFlight });
    this.#failure.promise.catch(() => undefined);
    readers.failed.catch(this.#failure.reject);
  }

  /** What is read and worked off when the time is over counts; the rest follows and is in the check. */
  async measure(run: Run): Promise<Done> {
    const { rateMax } = this.#arena.settings;
    this.#readers.timeInto(run.latency);
    const before = this.#readers.finished;
    const startedAt = performance.now();
    const sending = rateMax > 0 ? this.#atRate(rateMax, run) : this.#atFullSpeed(run);
    const done = new Deferred<Done>();
    const count = () => {
      const elapsedMs = performance.now() - startedAt;
      done.resolve({ records: this.#readers.finished - before, elapsedMs });
    };
    const timer = setTimeout(count, run.durationMs);
    try {
      await sending;
      await done.promise;
    } finally {
      clearTimeout(timer);
    }
    await this.#readers.untilFinished(this.#sent, this.#failure.promise);
    return done.promise;
  }

  async verify(): Promise<string> {
    const { finished, read, retried } = this.#readers;
    mustEqual('records read and worked off', finished, this.#sent);
    const { totals } = await this.#arena.client.admin.counters(MIXED.workers);
    mustEqual('messages acknowledged, by the counters', totals.acknowledged, this.#sent - read);
    return `${formatCount(this.#sent)} records sent, ${formatCount(read)} read by the consumer group without a gap, the counters agree on ${formatCount(totals.acknowledged)} acknowledged; ${formatCount(this.#delayed)} of them were delayed, ${formatCount(retried)} delivered again`;
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await this.#readers.close();
  }

  async #atFullSpeed({ durationMs }: Run): Promise<void> {
    const { inFlight, batch } = this.#arena.settings;
    const endsAt = performance.now() + durationMs;
    const waitingMax = WAITING_FACTOR * inFlight * batch;
    await runLanes(inFlight, async () => {
      const isFull = () => this.#sent - this.#delayed - this.#readers.finishedAtOnce > waitingMax;
      while (isFull()) await Promise.race([this.#readers.progress(), this.#failure.promise]);
      const now = performance.now();
      if (now >= endsAt) return false;
      await this.#send(now);
      return true;
    });
  }

  async #atRate(rate: number, { durationMs }: Run): Promise<void> {
    const { batch } = this.#arena.settings;
    const sending: Promise<void>[] = [];
    const send = (dueAt: number) => {
      sending.push(this.#send(dueAt).catch(this.#failure.reject));
    };
    await pace(rate / batch, durationMs, send, this.#failure.promise);
    await Promise.race([Promise.all(sending), this.#failure.promise]);
  }

  /** One batch, a part of it to each topic. */
  async #send(dueAt: number): Promise<void> {
    const { settings } = this.#arena;
    const parts = partsOf(settings, this.#batches);
    this.#batches += 1;
    this.#sent += parts.log + parts.work.length;
    this.#delayed += parts.work.filter(({ delayMs }) => delayMs > 0).length;
    const log: Part[] = Array.from({ length: parts.log }, () => ({ delayMs: 0, isRetried: false }));
    await Promise.all([
      this.#sendTo(MIXED.log, log, dueAt),
      this.#sendTo(MIXED.work, parts.work, dueAt),
    ]);
  }

  async #sendTo(topic: string, parts: readonly Part[], dueAt: number): Promise<void> {
    if (parts.length === 0) return;
    const { recordBytes } = this.#arena.settings;
    const all = Buffer.alloc(parts.length * recordBytes);
    const messages = parts.map((part, at): BatchMessage<Uint8Array> => {
      const value = all.subarray(at * recordBytes, (at + 1) * recordBytes);
      stamp(value, part, dueAt);
      return part.delayMs > 0 ? { value, delayMs: part.delayMs } : { value };
    });
    await this.#producer.sendBatch(topic, messages);
  }
}
