// A pause that ends by itself, and that a longer one takes the place of.

export class Pause {
  readonly #onEnd: () => void;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** From now for so long, ms; a pause that lasts longer stays. */
  begin(ms: number): void {
    const untilMs = performance.now() + ms;
    if (ms <= 0 || (this.isOn && untilMs <= this.#untilMs)) return;
    this.#untilMs = untilMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onEnd();
    }, ms);
  }

  /** Nobody is told. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
