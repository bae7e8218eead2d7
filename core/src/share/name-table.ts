// Names held once however many runs carry them; a name goes when nobody carries it any more.

import { assert } from '../assert.ts';

export class NameTable {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #users: number[] = [];
  readonly #free: number[] = [];

  /** Number of the name, held by one user more. */
  take(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#names.length;
      this.#numbers.set(name, number);
      this.#names[number] = name;
      this.#users[number] = 0;
    }
    this.#users[number] = this.#usersOf(number) + 1;
    return number;
  }

  release(number: number): void {
    const users = this.#usersOf(number) - 1;
    assert(users >= 0, 'released as often as taken');
    this.#users[number] = users;
    if (users > 0) return;
    this.#numbers.delete(this.nameOf(number));
    this.#names[number] = '';
    this.#free.push(number);
  }

  nameOf(number: number): string {
    const name = this.#names[number];
    assert(name !== undefined, 'the number was given out');
    return name;
  }

  get size(): number {
    return this.#numbers.size;
  }

  #usersOf(number: number): number {
    return this.#users[number] ?? 0;
  }
}
