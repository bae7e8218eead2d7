// A cancellation that costs nothing until somebody waits on it: one object a waiting request, no AbortController.

import type { MillraceError } from '@millrace/protocol';
import type { CancelSignal } from '../handlers/handler.ts';

type Listener = (reason: MillraceError) => void;

const TAKEN_AWAY = () => undefined;

export class CancelToken implements CancelSignal {
  #reason: MillraceError | undefined;
  #listeners: Set<Listener> | undefined;

  get cancelled(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): MillraceError | undefined {
    return this.#reason;
  }

  onCancel(listener: Listener): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return TAKEN_AWAY;
    }
    this.#listeners ??= new Set();
    const listeners = this.#listeners;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Only the first cancellation counts. */
  cancel(reason: MillraceError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners === undefined) return;
    for (const listener of listeners) listener(reason);
  }
}
