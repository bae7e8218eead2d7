// When each member's session ends. Not state from rows: nothing here is ever written, and after a restart every member
// starts with a full session timeout. It decides nothing.

import { assert } from '../assert.ts';
import { DeadlineQueue } from '../collections/deadline-queue.ts';

export interface Session {
  readonly groupId: number;
  readonly memberId: string;
  /** True once the member reported that it works on exactly what it was last told. */
  confirmed: boolean;
}

/** Sessions have small numbers, which are used again, for the queue of their deadlines. */
export class Sessions {
  /** Group -> member -> number. */
  readonly #numbers = new Map<number, Map<string, number>>();
  readonly #sessions: (Session | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #deadlines = new DeadlineQueue();

  get size(): number {
    return this.#deadlines.size;
  }

  get(groupId: number, memberId: string): Session | undefined {
    const number = this.#numbers.get(groupId)?.get(memberId);
    return number === undefined ? undefined : this.#sessions[number];
  }

  deadlineMs(groupId: number, memberId: string): number | undefined {
    const number = this.#numbers.get(groupId)?.get(memberId);
    return number === undefined ? undefined : this.#deadlines.timeOf(number);
  }

  touch(groupId: number, memberId: string, deadlineMs: number, confirmed: boolean): void {
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
    this.#sessions[number] = { groupId, memberId, confirmed };
    this.#deadlines.set(number, deadlineMs);
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
  }

  *all(): Generator<Session> {
    for (const session of this.#sessions) if (session !== undefined) yield session;
  }

  nextDueMs(): number | undefined {
    return this.#deadlines.firstTime();
  }

  /** At most `limit` sessions whose deadline has come. */
  due(nowMs: number, limit: number): readonly Session[] {
    return this.#deadlines.due(nowMs, limit).map((number) => {
      const session = this.#sessions[number];
      assert(session !== undefined, 'a deadline has its session');
      return session;
    });
  }
}
