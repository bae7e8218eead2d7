// Drives compaction of one partition for tests as the broker's job does: a look whether it is due, then slice by slice.
import {
  CompactionPass,
  type CompactionPlace,
  compactionDue,
  compactionRow,
  decideCompact,
  decideRollSegment,
  KEY_MAP_LIMITS,
  KeyMap,
  type ShardState,
} from '../../src/index.ts';
import type { Machine } from '../support/machine.ts';

export interface SliceOutcome {
  readonly state: 'idle' | 'begun' | 'collecting' | 'cleaning' | 'done';
  readonly recordsRemoved: number;
}

export class Compactor {
  readonly #machine: Machine;
  readonly #place: CompactionPlace;
  readonly #keysMax: number;
  #running: { pass: CompactionPass; state: ShardState; timedBefore: number } | undefined;

  constructor(machine: Machine, place: CompactionPlace, keysMax: number = KEY_MAP_LIMITS.keys) {
    this.#machine = machine;
    this.#place = place;
    this.#keysMax = keysMax;
  }

  slice(records: number, bytes = 1_000_000): SliceOutcome {
    const machine = this.#machine;
    const { topicId, partition } = this.#place;
    if (this.#running?.state !== machine.state) return this.#begin();
    const { pass, timedBefore } = this.#running;
    const log = machine.state.logs.at(topicId, partition);
    const found = pass.step(machine.view, log, timedBefore, { records, bytes });
    if (found === undefined) return { state: 'collecting', recordsRemoved: 0 };
    const { recordsRemoved } = machine.run(decideCompact, { due: pass.due, found });
    if (found.isDone) this.#running = undefined;
    return { state: found.isDone ? 'done' : 'cleaning', recordsRemoved };
  }

  /** A whole pass; false where nothing is due. */
  pass(records = 1_000): boolean {
    for (let slices = 0; slices < 100_000; slices += 1) {
      const { state } = this.slice(records);
      if (state === 'idle') return false;
      if (state === 'done') return true;
    }
    throw new Error('a pass does not end');
  }

  #begin(): SliceOutcome {
    const machine = this.#machine;
    this.#running = undefined;
    machine.run(decideRollSegment, this.#place);
    const due = compactionDue(machine.state, machine.view, this.#place, machine.nowMs);
    if (due === undefined) return { state: 'idle', recordsRemoved: 0 };
    const limits = { ...KEY_MAP_LIMITS, keys: this.#keysMax };
    const pass = new CompactionPass(due, new KeyMap(machine.nowMs, limits));
    const [, , tombstonesTo] = compactionRow(machine.view, this.#place);
    const timedBefore = due.dropBefore > 0 ? 0 : tombstonesTo;
    this.#running = { pass, state: machine.state, timedBefore };
    return { state: 'begun', recordsRemoved: 0 };
  }
}
