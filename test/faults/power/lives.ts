// A broker lives under the layer until it is killed, the power is cut at many moments of its recording, and the next life goes
// on from what one of the cuts left.
import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';
import { BrokerProcess, Random } from '@millrace/harness';
import { layerWrapper } from '../layer/fault-layer.ts';
import { CHOICE_NAMES, CHOICES, type ChoiceName } from './choices.ts';
import { Disk, filesIn } from './disk.ts';
import { History, Told } from './history.ts';
import { judge, putInto } from './judge.ts';
import { runLoad, setUp } from './load.ts';
import { type Entry, machineMs, readRecording } from './recording.ts';

const FLAGS = ['--lease-restart-grace', '0ms'];
/** How long one lasts, in what is noted of it. */
const LIFE_NOTES = { min: 100, max: 1_500 };
const LIFE_MS_MAX = 20_000;
const FLUSH_MS = 1;
/** How many of the states are worked off to the end. */
const DRAINED = 0.05;

export interface LivesOptions {
  readonly seed: number;
  readonly lives: number;
  /** Of each life. */
  readonly states: number;
  /** An empty directory, best in memory. */
  readonly scratch: string;
}

export interface LivesReport {
  states: number;
  /** Of them, how many lost something that was written. */
  lossy: number;
  drained: number;
  calls: number;
  flushes: number;
  bytes: number;
  acknowledged: number;
  readonly choices: Partial<Record<ChoiceName, number>>;
  readonly violations: string[];
}

export async function runLives(options: LivesOptions): Promise<LivesReport> {
  const { seed, lives, scratch } = options;
  const random = new Random(seed);
  const report: LivesReport = {
    states: 0,
    lossy: 0,
    drained: 0,
    calls: 0,
    flushes: 0,
    bytes: 0,
    acknowledged: 0,
    choices: {},
    violations: [],
  };
  let told = new Told();
  const directory = join(realpathSync(scratch), 'data');
  mkdirSync(directory);
  for (let life = 0; life < lives && report.violations.length === 0; life += 1) {
    const before = new Disk(directory);
    const { history, entries } = await live(directory, `${seed}-${life}`, told, random.fork());
    const cuts = new Cuts({ entries, history, random: random.fork(), options, report, life });
    told = await cuts.make(before, directory);
  }
  return report;
}

/** Until it is killed. */
async function live(directory: string, name: string, told: Told, random: Random) {
  const log = `${directory}-recording-${name}`;
  const history = new History(told);
  const wrapper = layerWrapper({ directory, log, flushMs: FLUSH_MS });
  const broker = await BrokerProcess.start({ dataDir: directory, flags: FLAGS, wrapper });
  let isOver = false;
  const client = await connect({ brokers: broker.address, logger: null, requestTimeoutMs: 2_000 });
  const load = { client, history, random, name, offset: told.commitAsked };
  if (!told.isSetUp) await setUp(load);
  const running = runLoad(load, () => isOver);
  const enough = random.between(LIFE_NOTES.min, LIFE_NOTES.max);
  const giveUpMs = machineMs() + LIFE_MS_MAX;
  while (history.notes < enough && machineMs() < giveUpMs) await sleep(5);
  await broker.end('SIGKILL');
  isOver = true;
  await client.close();
  await running;
  return { history, entries: readRecording(log) };
}

interface CutsOptions {
  readonly entries: readonly Entry[];
  readonly history: History;
  readonly random: Random;
  readonly options: LivesOptions;
  readonly report: LivesReport;
  readonly life: number;
}

class Cuts {
  readonly #options: CutsOptions;
  readonly #moments: readonly number[];

  constructor(options: CutsOptions) {
    this.#options = options;
    this.#moments = momentsOf(options);
  }

  /** Cuts at all moments; the directory then is what one of them left, and what is returned is what was told until it. */
  async make(disk: Disk, directory: string): Promise<Told> {
    const { entries, history, random, report } = this.#options;
    const nextMs = earliestAfter(entries);
    const goOnAt = random.between(Math.floor(this.#moments.length / 2), this.#moments.length - 1);
    let left: Map<string, Buffer> | undefined;
    let told = new Told();
    let next = 0;
    for (const [at, entry] of entries.entries()) {
      disk.apply(entry);
      report.calls += 1;
      report.bytes += entry.bytes.length;
      if (entry.kind === 'sync' || entry.flushes) report.flushes += 1;
      while (this.#moments[next] === at) {
        const then = history.before(nextMs[at] ?? Infinity);
        const files = await this.#cut(disk, then, directory);
        if (next === goOnAt) {
          left = files;
          told = then.copy();
        }
        next += 1;
      }
    }
    assertExplained(disk, directory);
    report.acknowledged += history.before(Infinity).stored.size;
    putInto(directory, left ?? new Map());
    return told;
  }

  async #cut(disk: Disk, then: Told, directory: string): Promise<Map<string, Buffer>> {
    const { random, report, options, life } = this.#options;
    const name = random.pick(CHOICE_NAMES);
    const files = disk.after(CHOICES[name](random.fork()));
    const place = `${directory}-cut`;
    putInto(place, withLock(files, random));
    const drain = random.chance(DRAINED);
    report.states += 1;
    report.lossy += disk.isAtRisk && name !== 'everything' ? 1 : 0;
    report.drained += drain ? 1 : 0;
    report.choices[name] = (report.choices[name] ?? 0) + 1;
    const where = `seed ${options.seed}, life ${life}, state ${report.states}, ${name}`;
    try {
      for (const violation of await judge(place, then.copy(), { drain })) {
        report.violations.push(`${where}: ${violation}`);
      }
    } catch (error) {
      report.violations.push(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    return files;
  }
}

/** Half of them right before or after the end of a flush, where what was promised and what is there lie closest. */
function momentsOf({ entries, random, options }: CutsOptions): number[] {
  const flushing = new Set(
    entries
      .filter(({ kind, flushes }) => kind === 'sync' || flushes)
      .map(({ operation }) => operation),
  );
  const all = [...entries.keys()];
  const begins = all.filter((at) => entries[at]?.kind !== 'ended');
  const ends = all.filter((at) => {
    const entry = entries[at];
    return entry?.kind === 'ended' && flushing.has(entry.operation);
  });
  const moments = Array.from({ length: options.states }, (_, i) => {
    if (i % 2 === 0 || ends.length === 0) return random.pick(begins);
    return Math.max(0, random.pick(ends) - random.between(0, 1));
  });
  return moments.toSorted((one, other) => one - other);
}

/** For each entry, when the earliest of those after it was: what was told by then was told before the cut. */
function earliestAfter(entries: readonly Entry[]): number[] {
  let earliest = Infinity;
  const found = entries.map(() => Infinity);
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    found[at] = earliest;
    earliest = Math.min(earliest, entries[at]?.atMs ?? Infinity);
  }
  return found;
}

/** Nothing slipped past the layer: what it recorded makes exactly the files that are there. */
function assertExplained(disk: Disk, directory: string): void {
  const there = filesIn(directory).map(
    (name) => [name, readFileSync(join(directory, name))] as const,
  );
  const strange = disk.unexplained(new Map(there));
  if (strange.length === 0) return;
  throw new Error(`what is in ${strange.join(', ')} is not what the layer saw`);
}

/** LMDB's lock is not of the disk: anything may be in it, or nothing. */
function withLock(files: ReadonlyMap<string, Buffer>, random: Random): Map<string, Buffer> {
  const all = new Map(files);
  const choice = random.between(0, 2);
  if (choice === 1) all.set('shard-0.mdb-lock', Buffer.alloc(8_192, random.between(0, 255)));
  if (choice === 2) all.set('shard-0.mdb-lock', Buffer.alloc(0));
  return all;
}

/** A file system in memory where there is one: flushes of the broker's own are not what is measured. */
export function memoryDirectory(): string | undefined {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() === true
    ? '/dev/shm'
    : undefined;
}
