// The callers that wait for something, so that all are given up when the gateway begins to shut down. One listener serves
// them all: each on its own would make the list of the one signal long.

export class WaitingCallers {
  readonly #controllers = new Set<AbortController>();
  readonly #closing: AbortSignal;

  constructor(closing: AbortSignal) {
    this.#closing = closing;
    const giveUpAll = () => {
      for (const controller of this.#controllers) controller.abort(closing.reason);
    };
    closing.addEventListener('abort', giveUpAll, { once: true });
  }

  /** And all that come later. */
  get areGivenUp(): boolean {
    return this.#closing.aborted;
  }

  add(controller: AbortController): void {
    this.#controllers.add(controller);
    if (this.#closing.aborted) controller.abort(this.#closing.reason);
  }

  delete(controller: AbortController): void {
    this.#controllers.delete(controller);
  }
}
