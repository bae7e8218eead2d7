// Who remembers what was done, so that a message that comes again does nothing: a status table of our own with a cache before
// it, or the broker's ledger of effects.

import type { Once } from '@millrace/client';
import type { StatusTable } from '../stores/status-table.ts';
import type { EffectOutcome } from './effect.ts';
import type { WorkerKnobs } from './knobs.ts';
import { Seen } from './seen.ts';
import type { Task } from './task.ts';

export type Outcome = EffectOutcome | 'duplicate';

export interface Bookkeeping {
  /** Has the effect take place unless it is known to be done under this key. What the effect throws comes through. */
  once(key: string, task: Task, effect: () => Promise<EffectOutcome>): Promise<Outcome>;
}

/** Between the effect and `complete` there is a gap: after a crash in it nobody here knows that the effect took place. */
export class TableBookkeeping implements Bookkeeping {
  readonly #worker: string;
  readonly #status: StatusTable | undefined;
  /** Undefined: nothing is asked, and all is done again. */
  readonly #seen: Seen | undefined;

  constructor(
    { name, idempotencyCacheSize: size }: Pick<WorkerKnobs, 'name' | 'idempotencyCacheSize'>,
    status: StatusTable | undefined,
  ) {
    this.#worker = name;
    this.#status = status;
    this.#seen = size === 0 ? undefined : new Seen(size);
  }

  async once(key: string, task: Task, effect: () => Promise<EffectOutcome>): Promise<Outcome> {
    if (this.#isDone(key)) return 'duplicate';
    const { messageId, payload } = task;
    const begun = { key, worker: this.#worker, messageId, id: payload?.id };
    this.#status?.start({ ...begun, atMs: Date.now() });
    const outcome = await effect();
    this.#status?.complete({ ...begun, atMs: Date.now() });
    this.#seen?.add(key);
    return outcome;
  }

  #isDone(key: string): boolean {
    if (this.#seen === undefined) return false;
    return this.#seen.has(key) || this.#status?.isCompleted(key) === true;
  }
}

/**
 * One claim at a time, and what was done is written in the commit that ends the message. A crash between effect and commit
 * leaves the claim, which ends by its time: then the effect is tried again, so the outside system is asked as well.
 */
export function ledgerBookkeeping(once: Once, claimSeconds: number): Bookkeeping {
  const claimMs = Math.round(claimSeconds * 1_000);
  return {
    async once(key, _task, effect) {
      let outcome: Outcome = 'duplicate';
      const run = async () => {
        outcome = await effect();
        return null;
      };
      await once(key, run, { claimMs });
      return outcome;
    },
  };
}
