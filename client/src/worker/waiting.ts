// Messages that wait for a handler, and which of them may run: the first ones, or the first ones of keys that do not run
// yet. It knows nothing of leases that have ended.

import { Fifo } from '../fifo.ts';
import type { HeldMessage, KeyLine } from '../queue/lease.ts';

/** What waits. Whoever takes messages says later that they have ended. */
export interface Waiting<V> {
  readonly length: number;
  /** How many of them do not wait for one of their key, in calls of one message or of several. */
  runnable(isBatch: boolean): number;
  /** The messages of a lease, in their order. */
  push(messages: readonly HeldMessage<V>[]): void;
  /** The next messages for one call of a handler. What `isOurs` denies is passed over for good. */
  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[];
  ended(messages: readonly HeldMessage<V>[]): void;
  /** Takes out what waits behind a running message: of the same key and partition, and later in it. */
  takeBehind(message: HeldMessage<V>): HeldMessage<V>[];
  drain(): HeldMessage<V>[];
}

/** All may run at once. Leases are kept as they came, and a call gets a piece of one: nothing is done for each message. */
export class WaitingInTurn<V> implements Waiting<V> {
  private readonly lists = new Fifo<readonly HeldMessage<V>[]>();
  /** How many messages of the first list are taken. */
  private taken = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  runnable(): number {
    return this.count;
  }

  push(messages: readonly HeldMessage<V>[]): void {
    if (messages.length === 0) return;
    this.lists.push(messages);
    this.count += messages.length;
  }

  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[] {
    let all: HeldMessage<V>[] = [];
    while (all.length < max && this.count > 0) {
      const ours = only(this.takePiece(max - all.length), isOurs);
      all = all.length === 0 ? ours : [...all, ...ours];
    }
    return all;
  }

  ended(): void {}

  takeBehind(): HeldMessage<V>[] {
    return [];
  }

  drain(): HeldMessage<V>[] {
    const all: HeldMessage<V>[] = [];
    while (this.count > 0) all.push(...this.takePiece(this.count));
    return all;
  }

  private takePiece(max: number): HeldMessage<V>[] {
    const list = this.lists.peek() ?? [];
    const piece = list.slice(this.taken, this.taken + max);
    this.taken += piece.length;
    this.count -= piece.length;
    if (this.taken === list.length) {
      this.lists.shift();
      this.taken = 0;
    }
    return piece;
  }
}

/** Lines without messages that are kept, for the next message of their key, beside those that have some. */
const IDLE_LINES_MAX = 10_000;
/** The line of a longer key goes with its last message: a key may be 1 MiB, and ten thousand of them are no memory to keep. */
const IDLE_KEY_MAX = 256;

/** Messages of one key run one after another, or in one call, in the order they came. */
export class WaitingByKey<V> implements Waiting<V> {
  /**
   * By the names of keys. Lines without messages stay until there are many, and then all of them go with their map: see
   * `bag.ts` for what it costs to delete them one by one.
   */
  private lines = new Map<string, KeyLine<V>>();
  private linesMax = IDLE_LINES_MAX;
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

  push(messages: readonly HeldMessage<V>[]): void {
    for (const message of messages) this.pushOne(message);
  }

  private pushOne(message: HeldMessage<V>): void {
    this.count += 1;
    const line = this.lineOf(message);
    message.line = line;
    const isFirst = line.waiting.length === 0;
    // A list of one has room for one; the first push makes room for 17.
    if (isFirst) line.waiting = [message];
    else line.waiting.push(message);
    if (line.running > 0) return;
    this.readyCount += 1;
    if (isFirst) this.ready.push(line);
  }

  take(max: number, isOurs: (message: HeldMessage<V>) => boolean): HeldMessage<V>[] {
    const taken: HeldMessage<V>[] = [];
    while (taken.length < max) {
      const line = this.ready.shift();
      if (line === undefined) break;
      const { waiting } = line;
      this.readyCount -= waiting.length;
      const room = max - taken.length;
      const some = waiting.length <= room ? waiting : waiting.slice(0, room);
      line.waiting = waiting.length <= room ? [] : waiting.slice(room);
      this.count -= some.length;
      for (const message of some) {
        if (!isOurs(message)) continue;
        taken.push(message);
        line.running += 1;
      }
      if (line.running === 0) this.restart(line);
    }
    return taken;
  }

  ended(messages: readonly HeldMessage<V>[]): void {
    for (const { line } of messages) {
      if (line === undefined) continue;
      line.running -= 1;
      if (line.running === 0) this.restart(line);
    }
  }

  takeBehind(message: HeldMessage<V>): HeldMessage<V>[] {
    const { line } = message;
    if (line === undefined || message.keyName === null) return [];
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
    }
    this.count = 0;
    this.readyCount = 0;
    return all.toSorted(
      (a, b) =>
        a.lease.topicId - b.lease.topicId || a.partition - b.partition || a.offset - b.offset,
    );
  }

  private lineOf(message: HeldMessage<V>): KeyLine<V> {
    const { keyName } = message;
    if (keyName === null) return { waiting: [], running: 0, longKey: undefined };
    const found = this.lines.get(keyName);
    if (found !== undefined) return found;
    if (this.lines.size >= this.linesMax) this.sweep();
    const longKey = keyName.length > IDLE_KEY_MAX ? keyName : undefined;
    const line: KeyLine<V> = { waiting: [], running: 0, longKey };
    this.lines.set(keyName, line);
    return line;
  }

  /** None of the line runs: what waits may. */
  private restart(line: KeyLine<V>): void {
    if (line.waiting.length === 0) {
      if (line.longKey !== undefined) this.lines.delete(line.longKey);
      return;
    }
    this.readyCount += line.waiting.length;
    this.ready.push(line);
  }

  private sweep(): void {
    this.lines = new Map([...this.lines].filter(([, line]) => !isIdle(line)));
    this.linesMax = this.lines.size + IDLE_LINES_MAX;
  }
}

function isIdle<V>({ waiting, running }: KeyLine<V>): boolean {
  return waiting.length === 0 && running === 0;
}

/** The list itself where all of it passes, which is nearly always so. Asks once for each message. */
function only<V>(
  messages: HeldMessage<V>[],
  isOurs: (message: HeldMessage<V>) => boolean,
): HeldMessage<V>[] {
  const first = messages.findIndex((message) => !isOurs(message));
  if (first < 0) return messages;
  return [...messages.slice(0, first), ...messages.slice(first + 1).filter(isOurs)];
}
