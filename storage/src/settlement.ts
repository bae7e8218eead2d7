// A promise that many wait for and that is made only when somebody does. Nobody waiting is no unhandled rejection.

interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Settlement {
  #waiting: Waiting | undefined;

  /** To be asked before it is settled. */
  get promise(): Promise<void> {
    this.#waiting ??= waiting();
    return this.#waiting.promise;
  }

  resolve(): void {
    this.#waiting?.resolve();
  }

  reject(error: Error): void {
    this.#waiting?.reject(error);
  }
}

function waiting(): Waiting {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = resolve;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
