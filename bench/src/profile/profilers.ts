// CPU profiles of the broker and of the client, exactly while a run is measured.

import { existsSync, readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunObserver } from '../measure/run-workload.ts';
import type { ArenaBroker } from '../workloads/workload.ts';
import type { CpuProfile } from './cpu-profile.ts';
import { FILES, SAMPLING_US } from './hand-over.ts';

export const SIDES = ['broker', 'client'] as const;

export type Side = (typeof SIDES)[number];

interface Profiler {
  start(brokerPid: number): Promise<void>;
  stop(): Promise<CpuProfile>;
}

export class ProfilingObserver implements RunObserver {
  readonly brokerNodeFlags: readonly string[];
  readonly profiles = new Map<Side, CpuProfile>();
  readonly #profilers: ReadonlyMap<Side, Profiler>;

  /** The directory is for the hand-over, empty, and nobody else's. */
  constructor(sides: readonly Side[], directory: string) {
    const kinds = { broker: () => new BrokerProfiler(directory), client: () => new OwnProfiler() };
    this.#profilers = new Map(sides.map((side) => [side, kinds[side]()]));
    this.brokerNodeFlags = sides.includes('broker') ? ['--import', preloadUrl(directory)] : [];
  }

  async around<T>({ pid }: ArenaBroker, work: () => Promise<T>): Promise<T> {
    for (const profiler of this.#profilers.values()) await profiler.start(pid);
    const done = await work();
    for (const [side, profiler] of this.#profilers) this.profiles.set(side, await profiler.stop());
    return done;
  }
}

function preloadUrl(directory: string): string {
  const url = new URL('./inside-broker.js', import.meta.url);
  url.searchParams.set('directory', directory);
  return url.href;
}

class OwnProfiler implements Profiler {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
    await this.#session.post('Profiler.start');
  }

  async stop(): Promise<CpuProfile> {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    return profile;
  }
}

const POLL_MS = 5;
/** A broker under load answers a signal late; writing a long profile takes a while. */
const ANSWER_MS_MAX = 30_000;

class BrokerProfiler implements Profiler {
  readonly #directory: string;
  #pid = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async start(brokerPid: number): Promise<void> {
    this.#pid = brokerPid;
    await this.#signal(FILES.started);
  }

  async stop(): Promise<CpuProfile> {
    const path = await this.#signal(FILES.profile);
    return JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  }

  async #signal(answer: string): Promise<string> {
    const path = join(this.#directory, answer);
    process.kill(this.#pid, 'SIGUSR2');
    const endsAt = performance.now() + ANSWER_MS_MAX;
    while (!existsSync(path)) {
      if (performance.now() > endsAt) throw new Error("the broker's profiler did not answer");
      await sleep(POLL_MS);
    }
    return path;
  }
}
