// When each member's session ends, and by when it has to give something up. Not state from rows: nothing here is ever
// written, and after a restart every member starts with full timeouts. It decides nothing.

import { assert } from '../assert.ts';
import { DeadlineQueue } from '../collections/deadline-queue.ts';
import { type Held, NONE_HELD } from './partition-keys.ts';

export interface Session {
  readonly groupId: number;
  readonly memberId: string;
  /** True once the member reported that it works on exactly what it was last told. */
  readonly confirmed: boolean;
  /** The epoch that it was last told of, and what it then had to give up. */
  readonly epoch: number;
  readonly revoking: Held;
}

export interface Deadlines {
  readonly sessionMs: number;
  /** Undefined while it has nothing to give up that it is known to know of. */
  readonly giveUpMs: number | undefined;
}

export interface Seen {
  readonly confirmed: boolean;
  readonly epoch?: number;
  readonly revoking?: Held;
}

/** Sessions have small numbers, which are used again, for the queue of their deadlines. */
export class Sessions {
  /** Group -> member -> number. */
  readonly #numbers = new Map<number, Map<string, number>>();
  readonly #sessions: (Session | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #deadlines = new DeadlineQueue();
  readonly #giveUps = new DeadlineQueue();

  get size(): number {
    return this.#deadlines.size;
  }

  get(groupId: number, memberId: string): Session | undefined {
    const number = this.#numbers.get(groupId)?.get(memberId);
    return number === undefined ? undefined : this.#sessions[number];
  }

  deadlines(groupId: number, memberId: string): Deadlines | undefined {
    const number = this.#numbers.get(groupId)?.get(memberId);
    const sessionMs = number === undefined ? undefined : this.#deadlines.timeOf(number);
    if (number === undefined || sessionMs === undefined) return undefined;
    return { sessionMs, giveUpMs: this.#giveUps.timeOf(number) };
  }

  touch(groupId: number, memberId: string, { sessionMs, giveUpMs }: Deadlines, seen: Seen): void {
    let members = this.#numbers.get(groupId);
    if (members === undefined) {
      members = new Map();
      this.#numbers.set(groupId, members);
    }
    let number = members.get(memberId);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#sessions.length;
      members.set(memberId, number);
    }
    const { confirmed, epoch = 0, revoking = NONE_HELD } = seen;
    this.#sessions[number] = { groupId, memberId, confirmed, epoch, revoking };
    this.#deadlines.set(number, sessionMs);
    if (giveUpMs === undefined) this.#giveUps.delete(number);
    else this.#giveUps.set(number, giveUpMs);
  }

  forget(groupId: number, memberId: string): void {
    const members = this.#numbers.get(groupId);
    const number = members?.get(memberId);
    if (members === undefined || number === undefined) return;
    members.delete(memberId);
    if (members.size === 0) this.#numbers.delete(groupId);
    this.#sessions[number] = undefined;
    this.#free.push(number);
    this.#deadlines.delete(number);
    this.#giveUps.delete(number);
  }

  *all(): Generator<Session> {
    for (const session of this.#sessions) if (session !== undefined) yield session;
  }

  nextDueMs(): number | undefined {
    const sessionMs = this.#deadlines.firstTime();
    const giveUpMs = this.#giveUps.firstTime();
    if (sessionMs === undefined || giveUpMs === undefined) return sessionMs ?? giveUpMs;
    return Math.min(sessionMs, giveUpMs);
  }

  /** At most `limit` sessions of which a deadline has come, each once. */
  due(nowMs: number, limit: number): readonly Session[] {
    const numbers = new Set(this.#deadlines.due(nowMs, limit));
    for (const number of this.#giveUps.due(nowMs, limit)) {
      if (numbers.size < limit) numbers.add(number);
    }
    return [...numbers].map((number) => {
      const session = this.#sessions[number];
      assert(session !== undefined, 'a deadline has its session');
      return session;
    });
  }
}
