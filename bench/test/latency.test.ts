// Latency is counted from when a message was due: a stall of the sender or of the broker is in the latency of every
// message that fell into it, not in that of one.
import type { Client } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { type Latencies, LatencyRecorder } from '../src/measure/latency-recorder.ts';
import { parseWorkload } from '../src/options/parse.ts';
import { Progress } from '../src/report/progress.ts';
import { latency } from '../src/workloads/latency.ts';

const STALL_MS = 200;

interface Sent {
  readonly value: Uint8Array;
}

/** Stalls once, at one message, and then hands all on at once. */
class StallingClient {
  readonly admin = { createTopic: async () => undefined };
  readonly #stall: () => Promise<void>;
  readonly #stallAt: number;
  #sent = 0;
  #stalled = Promise.resolve();
  #eachMessage: (message: object) => void = () => undefined;

  constructor(stallAt: number, stall: () => Promise<void>) {
    this.#stallAt = stallAt;
    this.#stall = stall;
  }

  consumer() {
    return {
      run: ({ eachMessage }: { eachMessage: (message: object) => void }) => {
        this.#eachMessage = eachMessage;
        return new Promise<void>(() => undefined);
      },
    };
  }

  producer() {
    return { close: async () => undefined, send: (message: Sent) => this.#send(message) };
  }

  async #send({ value }: Sent): Promise<void> {
    this.#sent += 1;
    if (this.#sent === this.#stallAt) this.#stalled = this.#stall();
    await this.#stalled;
    this.#eachMessage({ valueBytes: value });
  }
}

async function latenciesOf(stall: () => Promise<void>): Promise<Latencies | null> {
  const parsed = parseWorkload('latency --rate 1000'.split(' '));
  if (parsed.kind !== 'run') throw new Error('not a run');
  const session = await latency.open({
    client: new StallingClient(100, stall) as unknown as Client,
    settings: parsed.settings,
    connect: () => Promise.reject(new Error('no other connections')),
    broker: { pid: 0, dataDir: '', httpUrl: '', adminUrl: '', restart: async () => 0 },
    progress: new Progress(false),
  });
  const recorder = new LatencyRecorder();
  const done = await session.measure({ durationMs: 1_000, latency: recorder });
  expect(done.records).toBe(1_000);
  await session.verify();
  return recorder.read();
}

const busy = async () => {
  const until = performance.now() + STALL_MS;
  while (performance.now() < until);
};

const wait = () => new Promise<void>((resolve) => setTimeout(resolve, STALL_MS));

describe('latency', () => {
  // 1,000 messages a second, of which 200 come due while nothing moves: those of the first half wait for 100 ms or more,
  // a tenth of all. One message in a thousand would not be seen at p95.
  it.each([
    ['the sender', busy],
    ['the broker', wait],
  ])('has a stall of %s in each message that came due meanwhile', async (_, stall) => {
    const latencies = await latenciesOf(stall);
    expect(latencies?.p90).toBeGreaterThanOrEqual(STALL_MS / 2 - 2);
    expect(latencies?.p95).toBeGreaterThanOrEqual(0.75 * STALL_MS - 2);
    expect(latencies?.max).toBeGreaterThanOrEqual(STALL_MS - 2);
  });
});
