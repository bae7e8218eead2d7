// When the worker crashes: a real crash, SIGKILL, at which no code of its own runs any more.

import { Random } from '@millrace/harness';
import type { WorkerKnobs } from './knobs.ts';
import type { Emit } from './reporter.ts';
import type { Task } from './task.ts';

export type CrashPoint = 'receive' | 'side-effect';

type CrashKnobs = Pick<
  WorkerKnobs,
  'crashRate' | 'crashAfterReceive' | 'crashAfterSideEffect' | 'seed'
>;

export class Crashes {
  readonly #after: Readonly<Record<CrashPoint, number>>;
  readonly #rate: number;
  readonly #random: Random;
  readonly #emit: Emit;
  readonly #passed: Record<CrashPoint, number> = { receive: 0, 'side-effect': 0 };
  /** Chance has it that these are to crash behind their effect. */
  readonly #doomed = new WeakSet<Task>();

  constructor(knobs: CrashKnobs, emit: Emit) {
    this.#after = { receive: knobs.crashAfterReceive, 'side-effect': knobs.crashAfterSideEffect };
    this.#rate = knobs.crashRate;
    this.#random = new Random(knobs.seed);
    this.#emit = emit;
  }

  /** Comes back, or never. */
  async pass(point: CrashPoint, task: Task): Promise<void> {
    this.#passed[point] += 1;
    const isNow = this.#passed[point] === this.#after[point] || this.#isByChance(point, task);
    if (!isNow) return;
    this.#emit('crashing', task, `after its ${point === 'receive' ? 'receipt' : 'effect'}`);
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  }

  /** Each message is asked about once, at its receipt. */
  #isByChance(point: CrashPoint, task: Task): boolean {
    if (point === 'side-effect') return this.#doomed.has(task);
    if (!this.#random.chance(this.#rate)) return false;
    if (this.#random.chance(0.5)) return true;
    this.#doomed.add(task);
    return false;
  }
}
