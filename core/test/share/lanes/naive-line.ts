// Keys in a line as anyone would first write it: a list of messages, and for each key where it stands.

interface NaiveMessage {
  readonly offset: number;
  readonly key: string;
  state: 'waiting' | 'leased' | 'done';
}

interface Standing {
  /** It was given from since something of it is unresolved. */
  served: boolean;
  /** Where it stands: its first message, or the end of the log when a receive last came before it was free again. */
  ticket: number;
  /** Of two that went to the back behind the same end. */
  turn: number;
}

export class NaiveLine {
  readonly messages: NaiveMessage[] = [];
  readonly #standing = new Map<string, Standing>();
  #lastEnd = 0;
  #turns = 0;

  send(key: string): void {
    const offset = this.messages.length;
    if (this.#open(key).length === 0) {
      this.#standing.set(key, { served: false, ticket: offset, turn: 0 });
    }
    this.messages.push({ offset, key, state: 'waiting' });
  }

  /** Offsets in the order of the reply. */
  receive(max: number): number[] {
    this.#lastEnd = this.messages.length;
    const given: number[] = [];
    for (const key of this.#line()) {
      for (const message of this.#open(key)) {
        if (given.length === max || message.state !== 'waiting') break;
        message.state = 'leased';
        given.push(message.offset);
        const standing = this.#at(key);
        standing.served = true;
      }
    }
    return given;
  }

  leased(): number[] {
    return this.messages.filter(({ state }) => state === 'leased').map(({ offset }) => offset);
  }

  settle(offset: number, to: 'done' | 'waiting'): void {
    const message = this.messages[offset] as NaiveMessage;
    const wasFree = this.#isFree(message.key);
    message.state = to;
    if (this.#open(message.key).length === 0) this.#standing.delete(message.key);
    else if (!wasFree && this.#isFree(message.key)) this.#goBack(message.key);
  }

  /** One that has nothing but what came after the last receive begins there. */
  #goBack(key: string): void {
    const first = this.#open(key)[0]?.offset ?? 0;
    if (first >= this.#lastEnd) {
      this.#standing.set(key, { served: false, ticket: first, turn: 0 });
      return;
    }
    this.#turns += 1;
    this.#standing.set(key, { served: true, ticket: this.#lastEnd, turn: this.#turns });
  }

  #at(key: string): Standing {
    const standing = this.#standing.get(key);
    if (standing === undefined) throw new Error(`${key} stands nowhere`);
    return standing;
  }

  #line(): string[] {
    const free = [...this.#standing.keys()].filter((key) => this.#isFree(key));
    return free.toSorted((a, b) => {
      const [left, right] = [this.#at(a), this.#at(b)];
      // One that goes behind the end of the log stands before what comes there later.
      if (left.ticket !== right.ticket) return left.ticket - right.ticket;
      if (left.served !== right.served) return left.served ? -1 : 1;
      return left.turn - right.turn;
    });
  }

  #isFree(key: string): boolean {
    return this.#open(key)[0]?.state === 'waiting';
  }

  #open(key: string): NaiveMessage[] {
    return this.messages.filter((message) => message.key === key && message.state !== 'done');
  }
}
