// One timer for the deadlines of many requests. It is set for the earliest one and asks its owner when it fires.

/** Timers may fire a little early; and a sweep serves all deadlines of this span, ms. */
const SLACK_MS = 2;

export class Deadlines {
  private readonly sweep: () => number;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Number.POSITIVE_INFINITY;

  /** `sweep` settles what is overdue and returns the earliest deadline left, or Infinity. */
  constructor(sweep: () => number) {
    this.sweep = sweep;
  }

  /** By performance.now(). */
  watch(deadlineAt: number): void {
    if (deadlineAt >= this.dueAt || deadlineAt === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.timer);
    this.dueAt = deadlineAt;
    const ms = Math.max(0, deadlineAt - performance.now()) + SLACK_MS;
    this.timer = setTimeout(() => this.fire(), Math.min(ms, 0x7fff_ffff));
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.dueAt = Number.NEGATIVE_INFINITY;
  }

  private fire(): void {
    this.timer = undefined;
    this.dueAt = Number.POSITIVE_INFINITY;
    this.watch(this.sweep());
  }
}
