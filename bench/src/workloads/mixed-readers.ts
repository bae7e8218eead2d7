// The two that receive what `mixed` sends: a consumer group of the log and a worker of the queue, each with a connection of
// its own. They count, and fail the first attempt of what says that it shall fail.

import { type Consumer, codecs, type LeasedMessage, type Worker } from '@millrace/client';
import { Deferred } from '../deferred.ts';
import type { LatencyRecorder } from '../measure/latency-recorder.ts';
import { MIXED, noteOf } from './mixed-records.ts';
import { type Arena, CountsDiffer, mustEqual } from './workload.ts';

const WORK = { batchSize: 100, concurrency: 32 } as const;
const RETRY_DELAY_MS = 20;
/** What is on its way or delayed when the time is over has this long to be worked off. */
const FINISH_MS_MAX = 30_000;
const LOOK_EVERY_MS = 5;

export class MixedReaders {
  readonly failed: Promise<never>;
  readonly #failure = new Deferred<never>();
  readonly #next: number[] = [];
  #consumer: Consumer<Uint8Array> | undefined;
  #worker: Worker<Uint8Array> | undefined;
  #latency: LatencyRecorder | undefined;
  #read = 0;
  #worked = 0;
  #workedDelayed = 0;
  #retried = 0;
  #progress = new Deferred();

  private constructor() {
    this.failed = this.#failure.promise;
    this.failed.catch(() => undefined);
  }

  static async start(arena: Arena): Promise<MixedReaders> {
    const readers = new MixedReaders();
    await readers.#start(arena);
    return readers;
  }

  /** Records read and messages worked off. */
  get finished(): number {
    return this.#read + this.#worked;
  }

  /** Those of them that nothing delayed. */
  get finishedAtOnce(): number {
    return this.finished - this.#workedDelayed;
  }

  /** By the consumer group. */
  get read(): number {
    return this.#read;
  }

  /** First attempts that failed. */
  get retried(): number {
    return this.#retried;
  }

  timeInto(latency: LatencyRecorder): void {
    this.#latency = latency;
  }

  /** Until some more is finished. */
  progress(): Promise<void> {
    return this.#progress.promise;
  }

  async untilFinished(records: number, failed: Promise<never>): Promise<void> {
    const deadline = performance.now() + FINISH_MS_MAX;
    while (this.finished < records) {
      if (performance.now() > deadline) {
        throw new CountsDiffer(`${this.finished} of ${records} records were read or worked off`);
      }
      const pause = new Promise<void>((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      await Promise.race([pause, failed]);
    }
  }

  async close(): Promise<void> {
    await this.#consumer?.close();
    await this.#worker?.close();
  }

  async #start(arena: Arena): Promise<void> {
    const codec = codecs.bytes;
    const reader = await arena.connect();
    this.#consumer = reader.consumer<Uint8Array>({
      topics: MIXED.log,
      group: MIXED.readers,
      codec,
    });
    const reading = this.#consumer.run({
      eachBatch: ({ partition, firstOffset, lastOffset, messages }) => {
        mustEqual(
          `first offset of a batch of partition ${partition}`,
          firstOffset,
          this.#next[partition] ?? 0,
        );
        this.#next[partition] = lastOffset + 1;
        for (const { valueBytes } of messages) this.#arrive(valueBytes);
        this.#read += messages.length;
        this.#moved();
      },
    });
    reading.catch(this.#failure.reject);
    this.#worker = (await arena.connect()).worker<Uint8Array>({
      group: MIXED.workers,
      topics: MIXED.work,
      codec,
      ...WORK,
      eachBatch: (messages) => this.#work(messages),
      onOutcome: (message, outcome, error) => {
        if (outcome === 'accepted') this.#accepted(message);
        else if (outcome === 'released') this.#retried += 1;
        else this.#failure.reject(error ?? new CountsDiffer(`a message was ${outcome}`));
      },
    });
    this.#worker.finished.catch(this.#failure.reject);
  }

  async #work(messages: readonly LeasedMessage<Uint8Array>[]): Promise<void> {
    const releases: Promise<void>[] = [];
    for (const message of messages) {
      if (message.deliveries > 1) continue;
      const { isRetried } = this.#arrive(message.valueBytes);
      if (isRetried) releases.push(message.release({ delayMs: RETRY_DELAY_MS }));
    }
    await Promise.all(releases);
  }

  #arrive(value: Uint8Array | null) {
    if (value === null) throw new CountsDiffer('a message came without its value');
    const note = noteOf(value);
    if (!note.isDelayed) this.#latency?.record(performance.now() - note.dueAt);
    return note;
  }

  #accepted({ valueBytes }: LeasedMessage<Uint8Array>): void {
    this.#worked += 1;
    if (valueBytes !== null && noteOf(valueBytes).isDelayed) this.#workedDelayed += 1;
    this.#moved();
  }

  #moved(): void {
    this.#progress.resolve();
    this.#progress = new Deferred();
  }
}
