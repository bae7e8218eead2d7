// Simulated time and simulated processes in one real process: timers, immediates and clocks of everybody, in an order that
// a seed decides. What a process has set up belongs to it: it can be killed and frozen like a real one.

export interface Process {
  readonly name: string;
  state: 'running' | 'frozen' | 'dead';
  /** What would have run while it was frozen. */
  readonly held: Task[];
}

interface Task {
  readonly owner: Process;
  run: (() => void) | undefined;
  at: number;
  order: number;
}

const REAL = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  clearImmediate: globalThis.clearImmediate,
  dateNow: Date.now,
  random: Math.random,
};

/** What code gets for a timer. */
class Timer {
  task: Task | undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return 0;
  }
}

export class Scheduler {
  /** Since the simulation began, ms. */
  nowMs = 0;
  /** Of the wall clock, ms: what it shows beside the time that has passed. */
  wallMs = 1_700_000_000_000;
  /** Of everything that ran. */
  steps = 0;
  private readonly random: () => number;
  private readonly outside: Process = { name: 'outside', state: 'running', held: [] };
  private readonly heap: Task[] = [];
  private current: Process = this.outside;
  private orders = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  process(name: string): Process {
    return { name, state: 'running', held: [] };
  }

  /** The process whose code runs now. */
  get running(): Process {
    return this.current;
  }

  /** In so many ms the process does this. */
  schedule(owner: Process, delayMs: number, run: () => void): void {
    this.push({ owner, run, at: this.nowMs + delayMs, order: 0 });
  }

  kill(owner: Process): void {
    owner.state = 'dead';
    owner.held.length = 0;
  }

  freeze(owner: Process): void {
    if (owner.state === 'running') owner.state = 'frozen';
  }

  thaw(owner: Process): void {
    if (owner.state !== 'frozen') return;
    owner.state = 'running';
    for (const task of owner.held.splice(0)) this.push({ ...task, at: this.nowMs });
  }

  /** Runs what is next, with all that follows from it at once; false: nothing is left. */
  async step(): Promise<boolean> {
    const task = this.pop();
    if (task === undefined) return false;
    this.nowMs = Math.max(this.nowMs, task.at);
    const { owner, run } = task;
    if (run === undefined || owner.state === 'dead') return true;
    if (owner.state === 'frozen') {
      owner.held.push(task);
      return true;
    }
    this.steps += 1;
    this.current = owner;
    task.run = undefined;
    run();
    // Promises and ticks that follow run before this comes back: still as the process.
    await new Promise((resolve) => REAL.setImmediate(resolve));
    this.current = this.outside;
    return true;
  }

  /** From now on everybody's timers and clocks are these. */
  install(): void {
    const timeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.timer(Math.max(1, ms), () => run(...args));
    const immediate = (run: (...args: unknown[]) => void, ...args: unknown[]) =>
      this.timer(0, () => run(...args));
    const clear = (timer: unknown) => {
      if (timer instanceof Timer && timer.task !== undefined) timer.task.run = undefined;
    };
    const interval = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.interval(Math.max(1, ms), () => run(...args));
    Object.assign(globalThis, {
      setTimeout: timeout,
      setInterval: interval,
      setImmediate: immediate,
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    });
    Object.assign(performance, { now: () => this.nowMs });
    Date.now = () => Math.floor(this.wallMs + this.nowMs);
    Math.random = this.random;
  }

  uninstall(): void {
    const { dateNow, random, ...timers } = REAL;
    Object.assign(globalThis, timers);
    delete (performance as { now?: unknown }).now;
    Date.now = dateNow;
    Math.random = random;
  }

  private timer(delayMs: number, run: () => void): Timer {
    const timer = new Timer();
    timer.task = { owner: this.current, run, at: this.nowMs + delayMs, order: 0 };
    this.push(timer.task);
    return timer;
  }

  private interval(everyMs: number, run: () => void): Timer {
    const timer = new Timer();
    const again = () => {
      const task: Task = { owner: this.current, run: fire, at: this.nowMs + everyMs, order: 0 };
      timer.task = task;
      this.push(task);
    };
    const fire = () => {
      again();
      run();
    };
    again();
    return timer;
  }

  private push(task: Task): void {
    this.orders += 1;
    task.order = this.orders;
    const { heap } = this;
    let i = heap.push(task) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (isBefore(heap[up] as Task, task)) break;
      heap[i] = heap[up] as Task;
      i = up;
    }
    heap[i] = task;
  }

  private pop(): Task | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isBefore(heap[down + 1] as Task, heap[down] as Task)) down += 1;
      if (isBefore(last, heap[down] as Task)) break;
      heap[i] = heap[down] as Task;
      i = down;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
