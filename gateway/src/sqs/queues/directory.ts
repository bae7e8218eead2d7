// Finds queues for the actions on messages. What it tells is at most a second old; a queue that is not there is looked
// for again each time; of one name there is one question on its way at a time.

import type { Session } from '../../services.ts';
import { SqsError } from '../errors.ts';
import { isPossibleName, nameInUrl } from './names.ts';
import type { QueueDirectory, SqsQueue } from './queue.ts';
import { settingsOf } from './queue-settings.ts';
import { loadQueue } from './queue-state.ts';

const AGE_MS_MAX = 1_000;
const NAMES_MAX = 10_000;

interface Known {
  readonly queue: Promise<SqsQueue>;
  /** Of the monotonic clock; until then the answer counts, and while it is awaited. */
  untilMs: number;
}

export function createQueueDirectory({ client }: Pick<Session, 'client'>): QueueDirectory {
  return new CachedDirectory(async (name) => settingsOf(await loadQueue(client.admin, name)));
}

export class CachedDirectory implements QueueDirectory {
  readonly #load: (name: string) => Promise<SqsQueue>;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(load: (name: string) => Promise<SqsQueue>, now = () => performance.now()) {
    this.#load = load;
    this.#now = now;
  }

  async find(queueUrl: string): Promise<SqsQueue> {
    const name = nameInUrl(queueUrl);
    if (name === undefined) throw new SqsError('QueueDoesNotExist');
    const known = this.#known.get(name);
    if (known !== undefined && this.#now() < known.untilMs) return known.queue;
    return this.#ask(name);
  }

  forget(name: string): void {
    if (isPossibleName(name)) this.#known.delete(name);
  }

  #ask(name: string): Promise<SqsQueue> {
    // Counts from when it was asked: the broker may have read its answer at once.
    const askedMs = this.#now();
    const queue = this.#load(name);
    const known: Known = { queue, untilMs: Number.POSITIVE_INFINITY };
    this.#known.delete(name);
    this.#known.set(name, known);
    void this.#settle(name, known, askedMs);
    this.#dropOldest();
    return queue;
  }

  async #settle(name: string, known: Known, askedMs: number): Promise<void> {
    try {
      await known.queue;
      known.untilMs = askedMs + AGE_MS_MAX;
    } catch {
      // Whoever asked is told; here it only matters that there is nothing to know.
      if (this.#known.get(name) === known) this.#known.delete(name);
    }
  }

  /** Names are known in the order in which they were asked for. */
  #dropOldest(): void {
    for (const name of this.#known.keys()) {
      if (this.#known.size <= NAMES_MAX) return;
      this.#known.delete(name);
    }
  }
}
