// queue and queue-one: a backlog filled beforehand is taken and acknowledged by one reading, in batches or one by one; the
// runs are consecutive stretches of it, so that a queue that forgets what was taken needs to be filled only once.

import type { ComparedWork } from '../../results/results.ts';
import { Arrivals } from './arrivals.ts';
import { fill } from './fill.ts';
import type { Cost, Meter } from './meter.ts';
import { Seen } from './numbered.ts';
import {
  figuresOf,
  NotOffered,
  NotProven,
  RECORD_BYTES,
  type Run,
  type WorkContext,
} from './work.ts';

interface How {
  readonly batch: number;
  readonly concurrency: number;
  /** Messages of the backlog at most. */
  readonly records: number;
}

export const queue = (context: WorkContext) =>
  drain(context, { batch: 100, concurrency: 32, records: 1_500_000 });

export const queueOne = (context: WorkContext) =>
  drain(context, { batch: 1, concurrency: 256, records: 400_000 });

async function drain(context: WorkContext, how: How): Promise<ComparedWork> {
  const { peer, work, settings, meter, step, settle } = context;
  const channel = await peer.open(`bench-${work}`);
  if (channel.work === undefined) throw new NotOffered('it has no queue');
  const backlog = await fill(channel, context, { records: how.records });
  const { runs, durationMs, warmupMs } = settings;
  const lengthMs = warmupMs + runs * durationMs;
  await settle(lengthMs);
  step('take and acknowledge', lengthMs);
  const stretches = new Stretches(meter, { runs, durationMs, warmupMs, backlog });
  const seen = new Seen(backlog, RECORD_BYTES);
  const arrivals = new Arrivals();
  const reading = await channel.work({
    batch: how.batch,
    concurrency: how.concurrency,
    onDone: arrivals.on((values) => {
      seen.take(values);
      stretches.reached(seen.count);
      return stretches.areOver || seen.count === backlog ? 'enough' : 'more';
    }),
    onError: arrivals.fail,
  });
  try {
    await arrivals.untilEnough(() => `${seen.count} of ${backlog} messages`);
  } finally {
    await reading.close();
  }
  if (stretches.done.length === 0) throw new NotProven(`a backlog of ${backlog} is too small`);
  const figures = figuresOf(context, stretches.done, null);
  await channel.drop?.();
  return figures;
}

interface StretchOptions {
  readonly runs: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly backlog: number;
}

/** Cuts one drain into a warm-up and runs: each ends with its time, or with its share of the backlog. */
class Stretches {
  readonly done: Run[] = [];
  readonly #meter: Meter;
  readonly #options: StretchOptions;
  /** Of the backlog for a run; the warm-up has half of it. */
  readonly #share: number;
  #isWarm = false;
  #startedAt = performance.now();
  #startedWith = 0;
  #cost: () => Cost;

  constructor(meter: Meter, options: StretchOptions) {
    this.#meter = meter;
    this.#options = options;
    this.#share = Math.floor(options.backlog / (options.runs + 0.5));
    this.#cost = meter.start();
  }

  get areOver(): boolean {
    return this.done.length === this.#options.runs;
  }

  reached(count: number): void {
    const { durationMs, warmupMs, backlog } = this.#options;
    const now = performance.now();
    const [timeMs, share] = this.#isWarm ? [durationMs, this.#share] : [warmupMs, this.#share / 2];
    const elapsedMs = now - this.#startedAt;
    const records = count - this.#startedWith;
    if (elapsedMs < timeMs && records < share && count < backlog) return;
    if (this.#isWarm) this.done.push({ records, elapsedMs, ...this.#cost() });
    this.#isWarm = true;
    this.#startedAt = now;
    this.#startedWith = count;
    this.#cost = this.#meter.start();
  }
}
