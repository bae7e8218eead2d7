// Everything a report shows, measured: the suite of workloads, the scale curves, the comparison with peers. A part that
// fails is noted and the others go on.

import { tmpdir } from 'node:os';
import { type ApartOptions, measureLine } from '../apart/apart.ts';
import { readEnvironment } from '../measure/environment.ts';
import { CATALOG } from '../peers/catalog.ts';
import { comparePeers, MODE_CHOICES, PEER_DEFAULTS } from '../peers/compare.ts';
import {
  FAILED_NOTE,
  type Failure,
  PEER_WORKS,
  type PeerComparison,
  RESULTS_FORMAT,
  type Results,
} from '../results/results.ts';
import { CURVE_ROWS } from '../scale/curves.ts';
import { measureCurves } from '../scale/measure-curves.ts';
import type { Progress } from './progress.ts';
import { type Lengths, SUITE } from './suite.ts';

export const PARTS = ['workloads', 'curves', 'peers'] as const;

export interface MeasureOptions {
  readonly parts: readonly (typeof PARTS)[number][];
  readonly lengths: Lengths;
  readonly progress: Progress;
  /** Which part is on: one line, before it begins. */
  readonly say: (text: string) => void;
  /** After each part, with all there is by then. */
  readonly keep: (results: Results) => void;
  /** Ends what is on; all rejects then. */
  readonly signal: AbortSignal;
}

export async function measureAll(options: MeasureOptions): Promise<Results> {
  const run = new FullRun(options);
  if (options.parts.includes('workloads')) await run.workloads();
  if (options.parts.includes('curves')) await run.curves();
  if (options.parts.includes('peers')) await run.peers();
  return run.results;
}

class FullRun {
  results: Results;
  readonly #options: MeasureOptions;
  /** Of what is measured in processes of its own. */
  readonly #how: ApartOptions;

  constructor(options: MeasureOptions) {
    this.#options = options;
    this.#how = { isProgressShown: process.stderr.isTTY, signal: options.signal };
    this.results = {
      format: RESULTS_FORMAT,
      environment: readEnvironment(tmpdir()),
      workloads: [],
      curves: [],
      peers: null,
    };
  }

  async workloads(): Promise<void> {
    for (const [at, line] of SUITE.entries()) {
      this.#options.say(`${at + 1} of ${SUITE.length}: ${line}`);
      await this.#part(line, async () => {
        const { lengths } = this.#options;
        const { report, failure } = await measureLine({ kind: 'line', line, lengths }, this.#how);
        const failures = failure === null ? [] : [{ part: line, reason: failure }];
        return { workloads: [...this.results.workloads, report], failures };
      });
    }
  }

  /** One after the other, so that what is there is kept. */
  async curves(): Promise<void> {
    const { lengths, say } = this.#options;
    const { duration = 1, warmup = 1, runs = 3 } = lengths;
    for (const row of CURVE_ROWS) {
      await this.#part(`curve ${row.curve}`, async () => {
        const { curves, failures } = await measureCurves([row], {
          ...this.#how,
          runs: { duration, warmup, runs, sync: 'always' },
          isFull: false,
          onPoint: (title, outcome) => {
            const rate = typeof outcome === 'string' ? outcome : outcome.recordsPerSecond.median;
            say(`${title}: ${rate}`);
          },
        });
        return { curves: [...this.results.curves, ...curves], failures };
      });
    }
  }

  async peers(): Promise<void> {
    const { lengths, progress, signal, say } = this.#options;
    const { rate } = PEER_DEFAULTS;
    const { duration = PEER_DEFAULTS.duration, warmup = PEER_DEFAULTS.warmup } = lengths;
    const { runs = PEER_DEFAULTS.runs } = lengths;
    say('peers');
    await this.#part('peers', async () => {
      const settings = { durationMs: duration * 1_000, warmupMs: warmup * 1_000, runs, rate };
      const names = CATALOG.map(({ name }) => name);
      const what = { peers: names, works: PEER_WORKS, modes: MODE_CHOICES };
      const peers = await comparePeers({ ...what, settings, progress, signal });
      return { peers, failures: failuresOf(peers) };
    });
  }

  /** Takes in what the part found, or why it did not. */
  async #part(part: string, measure: () => Promise<Partial<Results>>): Promise<void> {
    const { keep, progress } = this.#options;
    const before = this.results.failures ?? [];
    try {
      const found = await measure();
      const failures = [...before, ...(found.failures ?? [])];
      this.results = { ...this.results, ...found, failures };
    } catch (error) {
      if (!(error instanceof Error) || this.#options.signal.aborted) throw error;
      this.results = { ...this.results, failures: [...before, { part, reason: error.message }] };
    } finally {
      progress.end();
    }
    keep(this.results);
  }
}

/** Works that were tried and have no figure. */
function failuresOf({ peers }: PeerComparison): Failure[] {
  return peers.flatMap(({ title, modes }) =>
    modes.flatMap(({ mode, works }) =>
      works.flatMap(({ work, note }) => {
        const isFailed = note?.startsWith(FAILED_NOTE) === true;
        return isFailed ? [{ part: `${title}, ${mode}: ${work}`, reason: note }] : [];
      }),
    ),
  );
}
