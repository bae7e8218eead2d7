// retention: produces at a fixed rate into a topic of short retention, for many retention windows, and looks at the
// broker's memory and data file: all must come to rest. Its rate is given, not found.

import { Deferred } from '../deferred.ts';
import { formatMebibytes } from '../format.ts';
import { directoryBytes, readUsage } from '../measure/process-usage.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import { type Growth, growthOf, type Measure, type Sample } from './growth.ts';
import { pace } from './pacer.ts';
import {
  type Arena,
  CountsDiffer,
  type Done,
  type Run,
  type Session,
  type Verdict,
  type Workload,
} from './workload.ts';

const CHECK_INTERVAL_MS = 500;
const SAMPLES_PER_WINDOW = 4;
const SEGMENTS_PER_WINDOW = 5;

export const retention: Workload = {
  name: 'retention',
  about: "The broker's memory and file while many retention windows pass; fails where they grow.",
  latencyOf: 'from when a batch was due to be sent to its acknowledgement',
  takes: ['rate', 'window', 'windows', 'batch', 'recordBytes', 'partitions', 'sync'],
  defaults: { rate: 200_000, runs: 1, warmup: 0, partitions: 4 },
  brokerFlags: ['--retention-check-interval', `${CHECK_INTERVAL_MS}ms`],
  durationOf: ({ window, windows }) => window * windows,
  async open(arena: Arena): Promise<Session> {
    const { partitions, window } = arena.settings;
    const retentionMs = Math.round(window * 1_000);
    const segmentMs = Math.max(1_000, Math.round(retentionMs / SEGMENTS_PER_WINDOW));
    const config = { retentionMs, segmentMs };
    await arena.client.admin.createTopic({ name: TOPIC, partitions, config });
    return new RetentionSession(arena);
  },
};

const MEASURES: { readonly [M in Measure]: string } = {
  anonymousBytes: 'memory of its own',
  residentBytes: 'memory, resident',
  fileBytes: 'data file',
};

class RetentionSession implements Session {
  readonly #arena: Arena;
  readonly #sender: BatchSender;
  readonly #samples: Sample[] = [];

  constructor(arena: Arena) {
    const { client, settings } = arena;
    this.#arena = arena;
    this.#sender = new BatchSender(client, { ...settings, inFlight: settings.partitions });
  }

  async measure({ durationMs, latency }: Run): Promise<Done> {
    const { rate, batch, window } = this.#arena.settings;
    const startedAt = performance.now();
    const windowMs = window * 1_000;
    const sample = () => this.#sample((performance.now() - startedAt) / windowMs);
    const sampler = setInterval(sample, windowMs / SAMPLES_PER_WINDOW);
    const failure = new Deferred<never>();
    failure.promise.catch(() => undefined);
    const sending: Promise<void>[] = [];
    const send = async (dueAt: number) => {
      await this.#sender.send();
      latency.record(performance.now() - dueAt);
    };
    try {
      const start = (dueAt: number) => void sending.push(send(dueAt).catch(failure.reject));
      await pace(rate / batch, durationMs, start, failure.promise);
      await Promise.race([Promise.all(sending), failure.promise]);
      sample();
    } finally {
      clearInterval(sampler);
    }
    return { records: this.#sender.acknowledged, elapsedMs: performance.now() - startedAt };
  }

  async verify(): Promise<string> {
    const text = await this.#sender.verify();
    const { partitions } = await this.#arena.client.admin.describeTopic(TOPIC);
    const untouched = partitions.find(({ startOffset }) => startOffset === 0);
    if (untouched === undefined) return `${text}; retention has removed from every partition`;
    throw new CountsDiffer(`retention has removed nothing from partition ${untouched.partition}`);
  }

  verdict(): Verdict {
    const names = Object.keys(MEASURES) as Measure[];
    const growths = names.flatMap((measure) => growthOf(this.#samples, measure) ?? []);
    const grown = growths.filter(({ isFlat }) => !isFlat);
    const isPassed = growths.length > 0 && grown.length === 0;
    return {
      isPassed,
      text: `${isPassed ? 'flat' : 'NOT FLAT'}: ${growths.map(growthText).join('; ')}`,
      details: { growths, samples: this.#samples },
      table: {
        head: ['window', ...names.map((measure) => `${MEASURES[measure]}, MiB`)],
        rows: this.#samples
          .filter((_, at) => (at + 1) % SAMPLES_PER_WINDOW === 0)
          .map((each) => [
            each.window.toFixed(1),
            ...names.map((measure) => sizeText(each[measure])),
          ]),
      },
    };
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  #sample(window: number): void {
    const { pid, dataDir } = this.#arena.broker;
    const usage = readUsage(pid);
    this.#samples.push({
      window,
      residentBytes: usage?.residentBytes ?? null,
      anonymousBytes: usage?.anonymousBytes ?? null,
      fileBytes: directoryBytes(dataDir),
    });
  }
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '-' : formatMebibytes(bytes);
}

function growthText({ measure, earlyBytes, lateBytes }: Growth): string {
  return `${MEASURES[measure]} ${formatMebibytes(earlyBytes)} MiB, later ${formatMebibytes(lateBytes)} MiB`;
}
