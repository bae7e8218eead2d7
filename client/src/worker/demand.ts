// How many messages a worker leases ahead of need: what the caller says, or what its handlers end in a tenth of a second,
// so that quick handlers never wait for the network and slow ones keep no messages from other workers.

const PREFETCH_MAX = 10_000;
/**
 * In the order of keys each message held keeps its key from everybody, and the broker puts what comes behind it aside, which
 * costs it several times what it costs to give it: better to hold few keys (docs/adr/0246-*.md).
 */
const PREFETCH_ORDERED_MAX = 500;
const AHEAD_MS = 100;
/** The pace is measured over at least this long, ms. */
const WINDOW_MS = 50;

export interface DemandOptions {
  /** Messages in handlers at most. */
  readonly runningMax: number;
  /** Undefined: by the pace of the handlers. */
  readonly prefetch: number | undefined;
}

export class Demand {
  private readonly options: DemandOptions;
  private finished = 0;
  private windowFrom = performance.now();
  private ahead: number;
  private aheadMax = PREFETCH_MAX;

  constructor(options: DemandOptions) {
    this.options = options;
    this.ahead = options.prefetch ?? options.runningMax;
  }

  /** The group has its messages in order by key. */
  order(): void {
    this.aheadMax = PREFETCH_ORDERED_MAX;
  }

  /** Handlers have ended for so many messages. */
  ended(messages: number): void {
    this.finished += messages;
  }

  /** Messages to hold at a time, in handlers and waiting for one. */
  heldMax(now: number): number {
    this.measure(now);
    return this.options.runningMax + this.ahead;
  }

  private measure(now: number): void {
    const { prefetch, runningMax } = this.options;
    const elapsedMs = now - this.windowFrom;
    if (prefetch !== undefined || elapsedMs < WINDOW_MS) return;
    const pace = (this.finished / elapsedMs) * AHEAD_MS;
    this.finished = 0;
    this.windowFrom = now;
    this.ahead = Math.min(this.aheadMax, Math.max(runningMax, Math.ceil(pace)));
  }
}
