// The life of a bench: a broker on a temporary directory, one client, a warm-up, the measured runs, and the end of all
// of it. A run in which anything fails, or whose counts do not agree, fails the whole: there is no number then.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';
import { TemporaryDirectory } from '@millrace/harness';
import type { Settings } from '../options/table.ts';
import type { Progress } from '../report/progress.ts';
import type { ArenaBroker, Done, Session, Verdict, Workload } from '../workloads/workload.ts';
import { BenchBroker } from './bench-broker.ts';
import { ClientLog } from './client-log.ts';
import { type BaselineDone, measureCommitter } from './committer-baseline.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type Latencies, LatencyRecorder } from './latency-recorder.ts';
import { otherSeconds, readBusySeconds } from './machine-usage.ts';
import { type Pace, readPace } from './pace.ts';
import { type ProcessUsage, readUsage } from './process-usage.ts';
import { settle } from './settle.ts';
import { medianOf } from './spread.ts';

export interface RunResult extends Done {
  /** Of the broker, during the run; null where the system does not tell. */
  readonly brokerCpuSeconds: number | null;
  readonly clientCpuSeconds: number;
  /** Of everything else on the machine, write-back by the kernel included. */
  readonly otherCpuSeconds: number | null;
  /** Of this run alone. */
  readonly latencies: Latencies | null;
  /** Of the broker, after the run. */
  readonly brokerUsage: ProcessUsage | null;
  /** Of the machine, just before. */
  readonly pace: Pace;
}

export interface Outcome {
  readonly workload: Workload;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly runs: readonly RunResult[];
  readonly latencies: Latencies | null;
  /** Of the bare committer; none where the workload has no such thing beside it. */
  readonly baselines: readonly BaselineDone[];
  /** What was checked against the broker, in words. */
  readonly verified: string;
  /** Bytes of one stored batch, where there is a baseline. */
  readonly batchBytes: number | null;
  readonly verdict: Verdict | null;
}

/** Who looks on while a run is measured, and nothing else. */
export interface RunObserver {
  /** Further options of node for the broker. */
  readonly brokerNodeFlags: readonly string[];
  around<T>(broker: ArenaBroker, work: () => Promise<T>): Promise<T>;
}

const NOBODY: RunObserver = { brokerNodeFlags: [], around: (_, work) => work() };

const SECOND_MS = 1_000;
/** Less says nothing of a disk: runs that compress store a few MB. */
const COMMITTER_BYTES_MIN = 128 * 1024 * 1024;
/** The end of a process may be heard of after that of its connections. */
const DEATH_NOTICE_MS = 100;

export async function runWorkload(
  workload: Workload,
  settings: Settings,
  progress: Progress,
  observer: RunObserver = NOBODY,
): Promise<Outcome> {
  const directory = new TemporaryDirectory('millrace-bench-');
  const flags = ['--sync', settings.sync, ...(workload.brokerFlags ?? [])];
  try {
    const broker = await BenchBroker.start(directory.path, flags, {
      nodeFlags: observer.brokerNodeFlags,
      servesHttp: workload.servesHttp === true,
    });
    const { died } = broker;
    try {
      const work = withClient(workload, settings, { broker, progress, observer });
      return await Promise.race([work, died]);
    } catch (error) {
      // Where the broker has died, that is the reason of all else.
      await Promise.race([died, sleep(DEATH_NOTICE_MS)]);
      throw error;
    } finally {
      progress.end();
      await broker.end();
    }
  } finally {
    directory.remove();
  }
}

async function withClient(
  workload: Workload,
  settings: Settings,
  { broker, progress, observer }: Pick<RunnerOptions, 'broker' | 'progress' | 'observer'>,
): Promise<Outcome> {
  const log = new ClientLog();
  const environment = readEnvironment(broker.dataDir);
  const clients: Client[] = [];
  const another = async () => {
    const { address: brokers } = broker;
    const client = await connect({ brokers, clientName: 'bench', logger: log.logger });
    clients.push(client);
    return client;
  };
  try {
    const client = await another();
    const session = await workload.open({ client, connect: another, settings, broker, progress });
    const lengthMs = (workload.durationOf?.(settings) ?? settings.duration) * SECOND_MS;
    const runner = new Runner(session, {
      settings,
      lengthMs,
      progress,
      log,
      broker,
      observer,
    });
    const measured = await runner.run();
    await session.finish?.();
    const verdict = session.verdict?.() ?? null;
    const batchBytes = session.baseline?.batch.length ?? null;
    await session.close();
    return { workload, settings, environment, ...measured, batchBytes, verdict };
  } finally {
    await Promise.all(clients.map(closeQuietly));
  }
}

/** A failure that is on its way says more than one of the closing. */
async function closeQuietly(client: Client): Promise<void> {
  await client.close({ timeoutMs: SECOND_MS }).catch(() => undefined);
}

interface RunnerOptions {
  readonly settings: Settings;
  /** Of a measured run. */
  readonly lengthMs: number;
  readonly progress: Progress;
  readonly log: ClientLog;
  readonly broker: BenchBroker;
  readonly observer: RunObserver;
}

class Runner {
  readonly #session: Session;
  readonly #options: RunnerOptions;
  readonly #latency = new LatencyRecorder();

  constructor(session: Session, options: RunnerOptions) {
    this.#session = session;
    this.#options = options;
  }

  async run(): Promise<Pick<Outcome, 'runs' | 'baselines' | 'latencies' | 'verified'>> {
    const { settings, lengthMs } = this.#options;
    const runs: RunResult[] = [];
    let verified = '';
    if (settings.warmup > 0) await this.#warmUp(settings.warmup * SECOND_MS);
    for (let at = 1; at <= settings.runs; at += 1) {
      const title = `run ${at} of ${settings.runs}`;
      await settle(this.#options.broker.dataDir, lengthMs);
      const pace = readPace();
      const measured = await this.#timed(title, lengthMs, () => this.#measure(lengthMs));
      verified = await this.#verify();
      runs.push({ ...measured, pace });
    }
    const baselines = await this.#baselines(lengthMs, medianOf(runs.map(({ records }) => records)));
    return { runs, baselines, latencies: this.#latency.read(), verified };
  }

  async #warmUp(durationMs: number): Promise<void> {
    const latency = new LatencyRecorder();
    await this.#timed('warm up', durationMs, () => this.#session.measure({ durationMs, latency }));
    await this.#verify();
  }

  async #measure(durationMs: number): Promise<Omit<RunResult, 'pace'>> {
    const { broker, observer } = this.#options;
    const machineBefore = readBusySeconds();
    const before = readUsage(broker.pid);
    const clientBefore = process.cpuUsage();
    const latency = new LatencyRecorder();
    const work = () => this.#session.measure({ durationMs, latency });
    const done = await observer.around(broker, work);
    const client = process.cpuUsage(clientBefore);
    const brokerUsage = readUsage(broker.pid);
    const machine = readBusySeconds();
    const brokerCpuSeconds = before && brokerUsage && brokerUsage.cpuSeconds - before.cpuSeconds;
    const clientCpuSeconds = (client.user + client.system) / 1_000_000;
    this.#latency.add(latency);
    const latencies = latency.read();
    const ours = brokerCpuSeconds === null ? null : brokerCpuSeconds + clientCpuSeconds;
    const otherCpuSeconds = otherSeconds(machineBefore, machine, ours);
    const spent = { brokerCpuSeconds, clientCpuSeconds, otherCpuSeconds };
    return { ...done, ...spent, latencies, brokerUsage };
  }

  /** Nothing failed, nothing had to be tried again, and the broker counts the same. */
  async #verify(): Promise<string> {
    this.#options.log.mustBeClean();
    return this.#session.verify();
  }

  /**
   * Behind all runs, for between two it would leave the broker cold; each stores as much as a run. What counts is the best of
   * them (docs/adr/0253-*.md): some meet memory that the machine does not have, and take twice as long.
   */
  async #baselines(durationMs: number, records: number): Promise<BaselineDone[]> {
    const { baseline } = this.#session;
    const { broker, settings } = this.#options;
    if (baseline === undefined) return [];
    const ofRun = (records / settings.batch) * baseline.batch.length;
    const bytesMax = Math.max(COMMITTER_BYTES_MIN, ofRun);
    const measure = (lengthMs: number) =>
      this.#timed('bare committer', lengthMs, () =>
        measureCommitter(baseline, settings.sync, { durationMs: lengthMs, bytesMax }),
      );
    if (settings.warmup > 0) await measure(settings.warmup * SECOND_MS);
    const done: BaselineDone[] = [];
    while (done.length < 2 * settings.runs - 1) {
      await settle(broker.dataDir, durationMs);
      done.push(await measure(durationMs));
    }
    return done;
  }

  async #timed<T>(title: string, durationMs: number, work: () => Promise<T>): Promise<T> {
    const step = this.#options.progress.startTimed(title, durationMs);
    try {
      return await work();
    } finally {
      step.done();
    }
  }
}
