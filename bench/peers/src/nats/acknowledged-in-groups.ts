// Acknowledges messages of JetStream in groups: all of a group by messages without an answer, the last with one. A consumer
// takes acknowledgements in the order in which they come, so the answer confirms those before it.

import type { JsMsg } from '@nats-io/jetstream';

/** A group that does not become full goes after this long. */
const PARTIAL_MS = 10;

export class AcknowledgedInGroups {
  readonly #size: number;
  readonly #onDone: (values: readonly Uint8Array[]) => void;
  readonly #onError: (error: Error) => void;
  #group: JsMsg[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    size: number,
    onDone: (values: readonly Uint8Array[]) => void,
    onError: (error: Error) => void,
  ) {
    this.#size = size;
    this.#onDone = onDone;
    this.#onError = onError;
  }

  take(message: JsMsg): void {
    this.#group.push(message);
    if (this.#group.length >= this.#size) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), PARTIAL_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const group = this.#group;
    this.#group = [];
    this.#acknowledge(group).catch((error: Error) => {
      if (!this.#isClosed) this.#onError(error);
    });
  }

  async #acknowledge(group: readonly JsMsg[]): Promise<void> {
    for (const message of group.slice(0, -1)) message.ack();
    const isTaken = await group.at(-1)?.ackAck();
    if (isTaken !== true) throw new Error('an acknowledgement was not taken');
    this.#onDone(group.map(({ data }) => data));
  }
}
