// A share group's view of one partition as one plain object an offset, for purges: each message knows what it would be
// if it were not purged.

type NaiveState = 'fresh' | 'ready' | 'scheduled' | 'leased' | 'acknowledged' | 'removed';

interface NaiveMessage {
  state: NaiveState;
  isPurged: boolean;
  /** By a purge that can no longer be undone. */
  isFinal: boolean;
}

const UNRESOLVED: readonly NaiveState[] = ['fresh', 'ready', 'scheduled', 'leased'];

export class NaivePurge {
  readonly messages: NaiveMessage[] = [];
  #undoUntilMs = -1;
  #endAtPurge = 0;

  append(count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.messages.push({ state: 'fresh', isPurged: false, isFinal: false });
    }
  }

  at(offset: number): NaiveMessage {
    const found = this.messages[offset];
    if (found === undefined) throw new Error(`no message ${offset}`);
    return found;
  }

  /** Not purged, and nobody has resolved it. */
  isOpen(offset: number): boolean {
    const { state, isPurged } = this.at(offset);
    return !isPurged && UNRESOLVED.includes(state);
  }

  isPending(nowMs: number): boolean {
    return nowMs < this.#undoUntilMs;
  }

  purge(undoUntilMs: number): number {
    this.finish();
    const open = [...this.messages.keys()].filter((offset) => this.isOpen(offset));
    for (const offset of open) this.at(offset).isPurged = true;
    if (open.length > 0) this.#undoUntilMs = undoUntilMs;
    this.#endAtPurge = this.messages.length;
    return open.length;
  }

  /** What was purged until now stays so. */
  finish(): void {
    for (const message of this.messages) if (message.isPurged) message.isFinal = true;
    this.#undoUntilMs = -1;
  }

  undo(startOffset: number): number {
    const isPassed = this.messages.slice(this.#endAtPurge).some(({ state }) => state !== 'fresh');
    let restored = 0;
    this.messages.forEach((message, offset) => {
      if (!message.isPurged || message.isFinal || offset < startOffset) return;
      message.isPurged = false;
      if (message.state === 'leased') message.state = 'ready';
      if (message.state === 'fresh' && isPassed) message.state = 'ready';
      restored += 1;
    });
    this.finish();
    return restored;
  }

  remove(startOffset: number): void {
    for (let offset = 0; offset < startOffset; offset += 1) {
      if (this.isOpen(offset)) this.at(offset).state = 'removed';
    }
  }

  counts() {
    const sum = {
      fresh: 0,
      ready: 0,
      scheduled: 0,
      leased: 0,
      acknowledged: 0,
      removed: 0,
      purged: 0,
    };
    for (const { state, isPurged } of this.messages) sum[isPurged ? 'purged' : state] += 1;
    return sum;
  }
}
