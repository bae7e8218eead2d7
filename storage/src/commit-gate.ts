// Keeps commits of a data file and the opening of it by other processes apart: why, says docs/adr/0209-*.md.
// It knows neither file nor processes.

/** Ends a look. */
export type EndLook = () => void;

export class CommitGate {
  #looks = 0;
  #committing: Promise<void> | undefined;
  /** Resolves when nobody looks any more. */
  #free: Promise<void> | undefined;
  #setFree: (() => void) | undefined;

  /** Runs a commit, once nobody looks. One at a time. */
  async commit(run: () => Promise<void>): Promise<void> {
    while (this.#free !== undefined) await this.#free;
    this.#committing = run();
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
    }
  }

  /** Resolves once nothing is being committed; nothing is until the look ends. */
  async look(): Promise<EndLook> {
    this.#looks += 1;
    this.#free ??= new Promise((resolve) => {
      this.#setFree = resolve;
    });
    await this.#committing?.catch(() => undefined);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#looks -= 1;
      if (this.#looks > 0) return;
      this.#free = undefined;
      this.#setFree?.();
    };
  }
}
