// Messages that wait for a handler, and which of them may run: the first ones, or the first ones of keys that do not run
// yet. It knows nothing of leases that have ended.

import { Fifo } from '../fifo.ts';
import type { HeldMessage } from '../queue/lease.ts';

/** What waits. Whoever takes messages says later that they have ended. */
export interface Waiting<V> {
  readonly length: number;
  /** How many of them do not wait for one of their key, in calls of one message or of several. */
  runnable(isBatch: boolean): number;
  push(message: HeldMessage<V>): void;
  /** The next messages for one call of a handler. What `isOurs` denies is passed over for good. */
  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[];
  ended(messages: readonly HeldMessage<V>[]): void;
  /** Takes out what waits behind a running message: of the same key and partition, and later in it. */
  takeBehind(message: HeldMessage<V>): HeldMessage<V>[];
  drain(): HeldMessage<V>[];
}

/** All may run at once. */
export class WaitingInTurn<V> implements Waiting<V> {
  private readonly messages = new Fifo<HeldMessage<V>>();

  get length(): number {
    return this.messages.length;
  }

  runnable(): number {
    return this.messages.length;
  }

  push(message: HeldMessage<V>): void {
    this.messages.push(message);
  }

  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[] {
    const taken: HeldMessage<V>[] = [];
    while (taken.length < max) {
      const message = this.messages.shift();
      if (message === undefined) break;
      if (isOurs(message)) taken.push(message);
    }
    return taken;
  }

  ended(): void {}

  takeBehind(): HeldMessage<V>[] {
    return [];
  }

  drain(): HeldMessage<V>[] {
    return this.messages.drain();
  }
}

/** The messages of one key; each message without a key has a line of its own. */
interface KeyLine<V> {
  readonly key: string | undefined;
  waiting: HeldMessage<V>[];
  /** Messages taken that have not ended. */
  running: number;
}

/** Messages of one key run one after another, or in one call, in the order they came. */
export class WaitingByKey<V> implements Waiting<V> {
  private readonly lines = new Map<string, KeyLine<V>>();
  /** Lines of which messages wait and none runs. */
  private readonly ready = new Fifo<KeyLine<V>>();
  private count = 0;
  /** Messages of lines that are ready. */
  private readyCount = 0;

  get length(): number {
    return this.count;
  }

  runnable(isBatch: boolean): number {
    return isBatch ? this.readyCount : this.ready.length;
  }

  push(message: HeldMessage<V>): void {
    this.count += 1;
    const line = this.lineOf(message);
    line.waiting.push(message);
    if (line.running > 0) return;
    this.readyCount += 1;
    if (line.waiting.length === 1) this.ready.push(line);
  }

  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[] {
    const taken: HeldMessage<V>[] = [];
    while (taken.length < max) {
      const line = this.ready.shift();
      if (line === undefined) break;
      this.readyCount -= line.waiting.length;
      const some = line.waiting.splice(0, max - taken.length);
      this.count -= some.length;
      const ours = some.filter(isOurs);
      line.running = ours.length;
      taken.push(...ours);
      if (line.running === 0) this.restart(line);
    }
    return taken;
  }

  ended(messages: readonly HeldMessage<V>[]): void {
    for (const message of messages) {
      const key = keyOf(message);
      const line = key === undefined ? undefined : this.lines.get(key);
      if (line === undefined) continue;
      line.running -= 1;
      if (line.running === 0) this.restart(line);
    }
  }

  takeBehind(message: HeldMessage<V>): HeldMessage<V>[] {
    const key = keyOf(message);
    const line = key === undefined ? undefined : this.lines.get(key);
    if (line === undefined) return [];
    const isBehind = (other: HeldMessage<V>) =>
      other.lease.topicId === message.lease.topicId &&
      other.partition === message.partition &&
      other.offset > message.offset;
    const behind = line.waiting.filter(isBehind);
    line.waiting = line.waiting.filter((other) => !isBehind(other));
    this.count -= behind.length;
    return behind;
  }

  /** In the order of the log, so that neighbours are told of together. */
  drain(): HeldMessage<V>[] {
    const all: HeldMessage<V>[] = [];
    for (const line of new Set([...this.ready.drain(), ...this.lines.values()])) {
      all.push(...line.waiting);
      line.waiting = [];
      if (line.running === 0) this.restart(line);
    }
    this.count = 0;
    this.readyCount = 0;
    return all.toSorted(
      (a, b) =>
        a.lease.topicId - b.lease.topicId || a.partition - b.partition || a.offset - b.offset,
    );
  }

  private lineOf(message: HeldMessage<V>): KeyLine<V> {
    const key = keyOf(message);
    const found = key === undefined ? undefined : this.lines.get(key);
    if (found !== undefined) return found;
    const line: KeyLine<V> = { key, waiting: [], running: 0 };
    if (key !== undefined) this.lines.set(key, line);
    return line;
  }

  /** None of the line runs: what waits may, and a line without messages goes. */
  private restart(line: KeyLine<V>): void {
    if (line.waiting.length > 0) {
      this.readyCount += line.waiting.length;
      this.ready.push(line);
    } else if (line.key !== undefined) this.lines.delete(line.key);
  }
}

function keyOf({ keyBytes }: Pick<HeldMessage<unknown>, 'keyBytes'>): string | undefined {
  if (keyBytes === null) return undefined;
  return Buffer.from(keyBytes.buffer, keyBytes.byteOffset, keyBytes.length).toString('latin1');
}
