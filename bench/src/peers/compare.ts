// The comparison: each peer and mode in turn, in a process of its own, on a directory of its own. Whoever is not there is
// skipped by name; a work that fails is noted, and the works after it get a new server.

import { chmodSync } from 'node:fs';
import { TemporaryDirectory } from '@millrace/harness';
import { readEnvironment } from '../measure/environment.ts';
import type { Progress } from '../report/progress.ts';
import {
  type ComparedMode,
  type ComparedPeer,
  type ComparedWork,
  FAILED_NOTE,
  type PeerComparison,
  type PeerWork,
} from '../results/results.ts';
import { CATALOG, type CatalogRow } from './catalog.ts';
import { runChild } from './child-process.ts';
import type { FromChild, PeerSettings, ToChild } from './messages.ts';
import { nodeFor } from './node-for.ts';
import type { PeerMode } from './peer.ts';
import { RECORD_BYTES } from './works/work.ts';

export const MODE_CHOICES = ['default', 'flushed', 'unflushed'] as const;

/** Unless told otherwise; times in seconds. */
export const PEER_DEFAULTS = { duration: 1.5, warmup: 0.5, runs: 3, rate: 10_000 } as const;

export interface CompareOptions {
  readonly settings: PeerSettings;
  /** Names of the catalog. */
  readonly peers: readonly string[];
  readonly works: readonly PeerWork[];
  /** A mode by its name, or all that flush, or do not, before they acknowledge. */
  readonly modes: readonly (typeof MODE_CHOICES)[number][];
  readonly progress: Progress;
  /** Ends what is running; the comparison rejects then. */
  readonly signal: AbortSignal;
}

export async function comparePeers(options: CompareOptions): Promise<PeerComparison> {
  const { settings, progress, signal } = options;
  const directory = new TemporaryDirectory('millrace-bench-peers-');
  try {
    const environment = readEnvironment(directory.path);
    const peers: ComparedPeer[] = [];
    for (const row of CATALOG.filter(({ name }) => options.peers.includes(name))) {
      peers.push(await comparePeer(row, options));
      signal.throwIfAborted();
    }
    return { environment, settings: settingsOf(settings), peers };
  } finally {
    progress.end();
    directory.remove();
  }
}

function settingsOf({
  durationMs,
  warmupMs,
  runs,
  rate,
}: PeerSettings): PeerComparison['settings'] {
  return {
    durationSeconds: durationMs / 1_000,
    warmupSeconds: warmupMs / 1_000,
    runs,
    recordBytes: RECORD_BYTES,
    latencyRate: rate,
  };
}

/** How the comparison names a mode that is asked for. */
function isChosen({ name, isFlushed }: PeerMode, choices: CompareOptions['modes']): boolean {
  return choices.some((choice) => {
    return choice === 'default' ? name === choice : isFlushed === (choice === 'flushed');
  });
}

async function comparePeer(row: CatalogRow, options: CompareOptions): Promise<ComparedPeer> {
  const { name, title, client } = row;
  const chosen = nodeFor(row);
  if ('missing' in chosen) return { name, title, client, modes: [], skipped: chosen.missing };
  const { node } = chosen;
  const described = await describe(row, node, options);
  if (typeof described === 'string') return { name, title, client, modes: [], skipped: described };
  const { found, modes: offered } = described;
  if ('missing' in found) return { name, title, client, modes: [], skipped: found.missing };
  const modes: ComparedMode[] = [];
  for (const mode of offered.filter((each) => isChosen(each, options.modes))) {
    const works = await new ModeRun(row, mode, node, options).run();
    const { name: modeName, isFlushed, durability } = mode;
    modes.push({ mode: modeName, isFlushed, durability, works });
  }
  const { version, clientVersion } = found;
  return { name, title, client, version, clientVersion, modes };
}

type Described = FromChild & { kind: 'described' };

async function describe(
  { name, title }: CatalogRow,
  node: string,
  { progress, signal }: CompareOptions,
): Promise<Described | string> {
  progress.startTimed(`${title}: look for it`, 1_000);
  let answer: Described | string = '';
  const onMessage = (message: FromChild) => {
    if (message.kind === 'described') answer = message;
    if (message.kind === 'failed') answer = message.reason;
  };
  const said = await runChild({ kind: 'describe', peer: name }, { node, signal, onMessage });
  // An answer of no words is none.
  return answer === '' ? `its process ended: ${said}` : answer;
}

class ModeRun {
  readonly #row: CatalogRow;
  readonly #mode: PeerMode;
  readonly #node: string;
  readonly #options: CompareOptions;
  readonly #done: ComparedWork[] = [];

  constructor(row: CatalogRow, mode: PeerMode, node: string, options: CompareOptions) {
    this.#row = row;
    this.#mode = mode;
    this.#node = node;
    this.#options = options;
  }

  /** One child after the other until every work has a figure or a note. */
  async run(): Promise<readonly ComparedWork[]> {
    for (let left = this.#left(); left.length > 0; left = this.#left()) {
      const { isStarted, reason } = await this.#runChild(left);
      this.#options.signal.throwIfAborted();
      if (this.#left().length < left.length && reason === undefined) continue;
      const note = `${FAILED_NOTE}${reason ?? 'its process ended'}`;
      const lost = this.#left().slice(0, isStarted ? 1 : left.length);
      this.#done.push(...lost.map((work) => ({ work, note })));
    }
    return this.#done;
  }

  #left(): PeerWork[] {
    const done = new Set(this.#done.map(({ work }) => work));
    return this.#options.works.filter((work) => !done.has(work));
  }

  async #runChild(
    works: readonly PeerWork[],
  ): Promise<{ readonly isStarted: boolean; readonly reason: string | undefined }> {
    const { settings, signal } = this.#options;
    const directory = new TemporaryDirectory('millrace-bench-peer-');
    // A server may run as a user of its own; what is inside it keeps to itself.
    chmodSync(directory.path, 0o755);
    let isStarted = false;
    let reason: string | undefined;
    const onMessage = (message: FromChild) => {
      if (message.kind === 'started') isStarted = true;
      if (message.kind === 'failed') reason ??= message.reason;
      if (message.kind === 'measured') this.#take(message);
      if (message.kind === 'step') this.#step(message);
    };
    try {
      const measure: ToChild = {
        kind: 'measure',
        peer: this.#row.name,
        mode: this.#mode.name,
        works,
        settings,
        directory: directory.path,
      };
      const said = await runChild(measure, { node: this.#node, signal, onMessage });
      if (this.#left().length === works.length) reason ??= said === '' ? undefined : said;
      return { isStarted, reason };
    } finally {
      directory.remove();
    }
  }

  #take({ work, isFailed }: FromChild & { kind: 'measured' }): void {
    this.#done.push(
      isFailed ? { ...work, note: `${FAILED_NOTE}${work.note ?? 'no reason'}` } : work,
    );
  }

  #step({ title, durationMs }: FromChild & { kind: 'step' }): void {
    this.#options.progress.startTimed(
      `${this.#row.title} ${this.#mode.name}: ${title}`,
      durationMs,
    );
  }
}

/** Some work that was tried has no number. */
export function hasFailed({ peers }: PeerComparison): boolean {
  const works = peers.flatMap(({ modes }) => modes.flatMap((mode) => mode.works));
  return works.some(({ note }) => note?.startsWith(FAILED_NOTE));
}
