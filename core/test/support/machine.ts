// A shard for tests: state and store side by side. `run` takes a decision, applies its writes to both, and hands back
// the reply; `reload` throws memory away and loads it again. Time and randomness are set by the test.
import type { MillraceError } from '@millrace/protocol';
import {
  type Accepted,
  applyWrites,
  assertInvariants,
  type Context,
  createShardState,
  type Decision,
  loadShardState,
  markDurable,
  type ShardState,
  type View,
  type Wake,
  type Write,
} from '../../src/index.ts';
import { MemoryView } from './memory-view.ts';

export type Decide<C, R> = (state: ShardState, view: View, command: C, ctx: Context) => Decision<R>;

export class Machine {
  state = createShardState();
  readonly view = new MemoryView();
  nowMs: number;
  random: () => number = () => 0.5;
  /** False leaves what is appended undurable until `settle`. */
  durable = true;
  /** Wakes and writes of the last decision. */
  wake: readonly Wake[] = [];
  writes: readonly Write[] = [];

  constructor(nowMs = 1_000_000) {
    this.nowMs = nowMs;
  }

  get ctx(): Context {
    return { nowMs: this.nowMs, random: this.random };
  }

  /** Decides and applies; gives the decision, refused or not. */
  decide<C, R>(decide: Decide<C, R>, command: C): Decision<R> {
    const decision = decide(this.state, this.view, command, this.ctx);
    this.wake = [];
    this.writes = [];
    if (decision.error === undefined) this.#take(decision);
    return decision;
  }

  #take(decision: Accepted<unknown>): void {
    applyWrites(this.state, decision.writes);
    for (const write of decision.writes) this.view.apply(write);
    this.wake = decision.wake;
    this.writes = decision.writes;
    if (this.durable) this.settle();
    assertInvariants(this.state);
  }

  /** The reply, or the error thrown. */
  run<C, R>(decide: Decide<C, R>, command: C): R {
    const decision = this.decide(decide, command);
    if (decision.error !== undefined) throw decision.error;
    return decision.reply;
  }

  /** The error of a decision that has to be refused. */
  refused<C, R>(decide: Decide<C, R>, command: C): MillraceError {
    const decision = this.decide(decide, command);
    if (decision.error === undefined) throw new Error('the decision was accepted');
    return decision.error;
  }

  /** All that was applied is on the disk now. */
  settle(): void {
    for (const [key, log] of this.state.logs.written) {
      markDurable(this.state, Math.floor(key / 1024), key % 1024, log);
    }
  }

  /** A restart: memory is built anew from the rows. */
  reload(): void {
    const state = createShardState();
    loadShardState(state, this.view);
    this.state = state;
  }
}
