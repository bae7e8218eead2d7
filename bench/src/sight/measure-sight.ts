// What watching costs, in two ways: what one load that goes on loses while it is watched, and the CPU time that watching takes while the
// broker has nothing else to do.

import { setTimeout as sleep } from 'node:timers/promises';
import { type RunObserver, runWorkload } from '../measure/run-workload.ts';
import { medianOf, type Spread, spreadOf } from '../measure/spread.ts';
import { defaultsOf } from '../options/parse.ts';
import type { Progress } from '../report/progress.ts';
import type { Arena, ArenaBroker, Done, Run, Session, Workload } from '../workloads/workload.ts';
import { type Estimate, estimateOf, pairsOf } from './paired.ts';
import { Watcher } from './watcher.ts';
import { cutWindows, type Window } from './windows.ts';

export interface SightSettings {
  readonly pairs: number;
  readonly idlePairs: number;
  /** Seconds of a window, and of the load before them all. */
  readonly window: number;
  readonly warmup: number;
  /** Seconds that it is watched for before the first window. */
  readonly watchWarmup: number;
  readonly queues: number;
  readonly sync: 'always' | 'os';
}

/** A workload that says what it has acknowledged as it goes on. */
export interface WatchedLoad {
  readonly workload: Workload;
  /** So many at a time, one a little after the other, where a load ends and begins anew all the while: there is no gap then. */
  readonly sessions: number;
}

export interface SightOutcome extends SightFigures {
  readonly workload: string;
  readonly scrapes: number;
  readonly scrapeMs: Spread;
  readonly scrapeBytes: number;
  readonly feedBytes: number;
  /** Under load and without, in their order; of four the middle two were watched. */
  readonly windows: { readonly loaded: readonly Window[]; readonly idle: readonly Window[] };
}

export interface SightFigures {
  /** Records a second, of windows. */
  readonly alone: Spread;
  readonly watched: Spread;
  /** The part of the rate that is lost while somebody watches, of each pair: 0.01 is one in a hundred. */
  readonly lost: Estimate;
  /** Cores that the broker uses while nobody watches; null where the system does not tell. */
  readonly peakCores: number | null;
  /** Cores that watching takes of a broker that is idle otherwise. */
  readonly watchingCores: Estimate | null;
  /** One by the other. */
  readonly share: number | null;
}

const SECOND_MS = 1_000;
/** The load outlasts the windows: each may end a little late. */
const LOAD_SLACK = 1.1;
const LOAD_SLACK_MS = 3_000;
const STAGGER_MS = 500;

/** Throws where the load ended before the windows did. */
export async function measureSight(
  { workload, sessions }: WatchedLoad,
  settings: SightSettings,
  progress: Progress,
): Promise<SightOutcome> {
  const observed = new Observed(settings, sessions, progress);
  const { window, warmup, watchWarmup, sync, pairs } = settings;
  const windowsMs = 2 * pairs * window * SECOND_MS;
  const loadMs = watchWarmup * SECOND_MS + windowsMs * LOAD_SLACK + LOAD_SLACK_MS;
  const watchable: Workload = {
    ...workload,
    servesHttp: true,
    durationOf: () => loadMs / SECOND_MS,
    open: async (arena) => {
      await makeQueues(arena, settings.queues);
      return observed.session(arena.broker, await workload.open(arena));
    },
  };
  const own = { ...defaultsOf(workload), warmup, sync, runs: 1 };
  await runWorkload(watchable, own, progress, observed);
  return { workload: workload.name, ...observed.outcome() };
}

/** A page and a scrape ask about all that there are, also about those that nobody uses. */
async function makeQueues({ client }: Arena, queues: number): Promise<void> {
  for (let at = 0; at < queues; at += 1) {
    const name = `beside-${at}`;
    await client.admin.createTopic({ name });
    await client.admin.createShareGroup({ group: name, topics: [name] });
  }
}

/** Cuts the one run of a workload into windows, and then the time after it. */
class Observed implements RunObserver {
  readonly brokerNodeFlags: readonly string[] = [];
  readonly #settings: SightSettings;
  readonly #sessions: number;
  readonly #progress: Progress;
  #watcher: Watcher | undefined;
  #records = 0;
  #loaded: readonly Window[] = [];
  #idle: readonly Window[] = [];

  constructor(settings: SightSettings, sessions: number, progress: Progress) {
    this.#settings = settings;
    this.#sessions = sessions;
    this.#progress = progress;
  }

  async around<T>(broker: ArenaBroker, work: () => Promise<T>): Promise<T> {
    const life = { isOver: false };
    const working = work().finally(() => {
      life.isOver = true;
    });
    const windows = this.#cut(broker, this.#settings.pairs);
    // Whichever fails first says why.
    this.#loaded = await Promise.race([windows, working.then(() => windows)]);
    if (life.isOver) throw new Error('the load ended before the last window');
    return working;
  }

  /** As the workload's, but counted as it goes on, without a baseline, and with the idle windows after it. */
  session(broker: ArenaBroker, session: Session): Session {
    return {
      measure: (run) => this.#measure(session, run),
      verify: () => session.verify(),
      finish: async () => {
        await session.finish?.();
        const { idlePairs, window } = this.#settings;
        const step = this.#progress.startTimed('idle', 2 * idlePairs * window * SECOND_MS);
        this.#idle = await this.#cut(broker, idlePairs);
        step.done();
      },
      close: () => session.close(),
    };
  }

  outcome(): Omit<SightOutcome, 'workload'> {
    const { scrapeMs = [], scrapeBytes = 0, feedBytes = 0 } = this.#watcher ?? {};
    const seen = { scrapes: scrapeMs.length, scrapeMs: spreadOf(scrapeMs), scrapeBytes, feedBytes };
    const windows = { loaded: this.#loaded, idle: this.#idle };
    return { ...figuresOf(this.#loaded, this.#idle), ...seen, windows };
  }

  async #measure(session: Session, run: Run): Promise<Done> {
    const onAcknowledged = (records: number) => {
      this.#records += records;
    };
    const startedAt = performance.now();
    const all = Array.from({ length: this.#sessions }, async (_, at) => {
      await sleep(at * STAGGER_MS);
      const durationMs = run.durationMs - at * STAGGER_MS;
      return session.measure({ ...run, durationMs, onAcknowledged });
    });
    const records = (await Promise.all(all)).reduce((sum, done) => sum + done.records, 0);
    return { records, elapsedMs: performance.now() - startedAt };
  }

  async #cut(broker: ArenaBroker, pairs: number): Promise<Window[]> {
    if (this.#watcher === undefined) {
      this.#watcher = new Watcher(broker);
      await this.#watcher.warmUp(this.#settings.watchWarmup * SECOND_MS);
    }
    const windowMs = this.#settings.window * SECOND_MS;
    const count = () => this.#records;
    return cutWindows({ broker, watcher: this.#watcher, pairs, windowMs, count });
  }
}

const rateOf = ({ records, elapsedMs }: Window) => (records / elapsedMs) * SECOND_MS;

export function figuresOf(loaded: readonly Window[], idle: readonly Window[]): SightFigures {
  const pairs = pairsOf(loaded);
  const lost = pairs.map(({ alone, watched }) => 1 - rateOf(watched) / rateOf(alone));
  const peak = pairs.flatMap(({ alone }) => coresOf(alone));
  const peakCores = peak.length === 0 ? null : medianOf(peak);
  const more = pairsOf(idle).flatMap(({ alone, watched }) => {
    const [without] = coresOf(alone);
    return coresOf(watched).map((cores) => cores - (without ?? 0));
  });
  const watchingCores = more.length === 0 ? null : estimateOf(more);
  return {
    alone: spreadOf(pairs.map(({ alone }) => rateOf(alone))),
    watched: spreadOf(pairs.map(({ watched }) => rateOf(watched))),
    lost: estimateOf(lost),
    peakCores,
    watchingCores,
    share: watchingCores && peakCores && watchingCores.median / peakCores,
  };
}

/** Seconds of CPU a second. */
function coresOf({ cpuSeconds, elapsedMs }: Window): number[] {
  return cpuSeconds === null ? [] : [(cpuSeconds * SECOND_MS) / elapsedMs];
}
