// The messages of one receive that have not ended: extended while they are here, ended one by one or together, and what was
// not begun goes back at once.

import type { Delivery } from '../transport/transport.ts';
import type { Task } from './task.ts';
import type { Ending, WorkParts } from './work.ts';

const MS = 1_000;

export class Hand {
  readonly #parts: WorkParts;
  /** In the order in which they came. */
  readonly #open: Map<Delivery, Task>;
  /** Worked on, where the whole batch is ended at once. */
  readonly #endings = new Map<Delivery, Ending>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(parts: WorkParts, tasks: ReadonlyMap<Delivery, Task>) {
    this.#parts = parts;
    this.#open = new Map(tasks);
    const { extendSeconds } = parts.knobs;
    if (extendSeconds === 0) return;
    this.#timer = setInterval(() => void this.#extend(), (extendSeconds * MS) / 2);
  }

  has(delivery: Delivery): boolean {
    return this.#open.has(delivery);
  }

  /** It was worked on: it ends now, or with its batch. */
  async ended(delivery: Delivery, ending: Ending): Promise<void> {
    if (this.#parts.knobs.partialFailure === 'whole') this.#endings.set(delivery, ending);
    else await this.end(delivery, ending);
  }

  async end(delivery: Delivery, ending: Ending): Promise<void> {
    // In order of a group nothing goes on behind a message that failed: the later ones go back before it does.
    if (ending.kind === 'failed') await this.#giveBackBehind(delivery);
    const task = this.#open.get(delivery);
    this.#open.delete(delivery);
    if (ending.kind === 'done') {
      await this.#say(task, 'delete', () => delivery.delete());
    } else {
      const { retryDelaySeconds } = this.#parts.knobs;
      if (retryDelaySeconds < 0) return;
      await this.#say(task, 'release', () => delivery.release(retryDelaySeconds, ending.reason));
    }
  }

  /** Ends the batch, if it ends as one, and gives back what was not begun. */
  async close(): Promise<void> {
    const unbegun = [...this.#open.keys()].filter((one) => !this.#endings.has(one));
    for (const delivery of unbegun.toReversed()) await this.#giveBack(delivery);
    const failure = [...this.#endings.values()].find(({ kind }) => kind === 'failed');
    for (const [delivery, ending] of this.#endings) await this.end(delivery, failure ?? ending);
  }

  stopExtending(): void {
    clearInterval(this.#timer);
  }

  async #giveBackBehind(failed: Delivery): Promise<void> {
    const { group } = failed;
    if (group === undefined) return;
    const later = [...this.#open.keys()].filter(
      (one) => one !== failed && one.group === group && !this.#endings.has(one),
    );
    for (const delivery of later.toReversed()) await this.#giveBack(delivery);
  }

  async #giveBack(delivery: Delivery): Promise<void> {
    const task = this.#open.get(delivery);
    this.#open.delete(delivery);
    this.#parts.emit('returned', task);
    await this.#say(task, 'give back', () => delivery.giveBack());
  }

  async #extend(): Promise<void> {
    const { extendSeconds } = this.#parts.knobs;
    const all = [...this.#open].map(([delivery, task]) =>
      this.#say(task, 'extend', () => delivery.extend(extendSeconds)),
    );
    await Promise.all(all);
  }

  /** A refusal is told and passed over: the message comes again by itself. */
  async #say(task: Task | undefined, what: string, statement: () => Promise<void>): Promise<void> {
    try {
      await statement();
    } catch (error) {
      this.#parts.emit('refused', task, `${what}: ${String(error)}`);
    }
  }
}
