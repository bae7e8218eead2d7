// How many workers a queue of this depth should have: looks at depth and workers in, a number of workers out. It must not
// start or end anything, nor read a clock; whoever asks says what time it is, and does what was decided.

export interface ScalingPolicy {
  readonly workersMin: number;
  readonly workersMax: number;
  /** Messages, waiting or in hand, that one worker is trusted with. */
  readonly depthPerWorker: number;
  /** Workers added in one decision at most. */
  readonly growStepMax: number;
  /** After workers were added no more are, until these have had time to begin. */
  readonly growPauseMs: number;
  /** Workers taken away in one decision at most. */
  readonly shrinkStepMax: number;
  /** Workers go when fewer have been enough for so long, since their number last changed. */
  readonly shrinkWindowMs: number;
}

/** What was seen of the queue and its workers at one time. */
export interface Look {
  readonly atMs: number;
  readonly depth: number;
  readonly workers: number;
}

export type ScalingReason = 'enough' | 'too few' | 'too many' | 'just grew' | 'not for long enough';

export interface Decision {
  /** How many workers there should be from now on. */
  readonly workers: number;
  readonly why: ScalingReason;
}

interface Needed {
  readonly atMs: number;
  readonly workers: number;
}

/**
 * Up at once, down late: a queue that grows costs more than a worker that idles, and what a step brings shows only after a
 * while. The same shape as the autoscalers of Kubernetes (stabilization window) and of AWS (backlog per instance).
 */
export class Autoscaler {
  readonly #policy: ScalingPolicy;
  /** What was needed since the number of workers last changed, within the window. */
  #needed: Needed[] = [];
  #sinceMs: number | undefined;
  #grewAtMs: number | undefined;
  #lastMs: number | undefined;

  /** Throws RangeError, with the name of the setting, where a policy contradicts itself. */
  constructor(policy: ScalingPolicy) {
    checkPolicy(policy);
    this.#policy = policy;
  }

  /** Throws RangeError for a look that is older than the last one. */
  decide({ atMs, depth, workers }: Look): Decision {
    if (atMs < (this.#lastMs ?? atMs)) throw new RangeError('A look is older than the last one.');
    this.#lastMs = atMs;
    this.#sinceMs ??= atMs;
    const needed = neededFor(depth, this.#policy);
    this.#needed = this.#needed.filter((one) => one.atMs > atMs - this.#policy.shrinkWindowMs);
    this.#needed.push({ atMs, workers: needed });
    if (needed > workers) return this.#grow(needed, workers, atMs);
    if (needed < workers) return this.#shrink(workers, atMs);
    return { workers, why: 'enough' };
  }

  #grow(needed: number, workers: number, atMs: number): Decision {
    const { growStepMax, growPauseMs, workersMin } = this.#policy;
    const isNew = this.#grewAtMs !== undefined && atMs - this.#grewAtMs < growPauseMs;
    if (isNew && workers >= workersMin) return { workers, why: 'just grew' };
    this.#grewAtMs = atMs;
    this.#watchAnew();
    const more = Math.min(needed, workers + growStepMax);
    return { workers: Math.max(workersMin, more), why: 'too few' };
  }

  /** Not below the most that was needed at any time in the window: a dip takes nobody away. */
  #shrink(workers: number, atMs: number): Decision {
    const watchedMs = atMs - (this.#sinceMs ?? atMs);
    const most = Math.max(...this.#needed.map((one) => one.workers));
    if (watchedMs < this.#policy.shrinkWindowMs || most >= workers) {
      return { workers, why: 'not for long enough' };
    }
    this.#watchAnew();
    return { workers: Math.max(most, workers - this.#policy.shrinkStepMax), why: 'too many' };
  }

  /** What was seen of another number of workers says nothing about this one: else they would come and go in turn. */
  #watchAnew(): void {
    this.#needed = [];
    this.#sinceMs = undefined;
  }
}

function neededFor(depth: number, policy: ScalingPolicy): number {
  const needed = Math.ceil(depth / policy.depthPerWorker);
  return Math.max(policy.workersMin, Math.min(policy.workersMax, needed));
}

function checkPolicy(policy: ScalingPolicy): void {
  const { workersMin, workersMax, depthPerWorker, growPauseMs, shrinkWindowMs } = policy;
  const wrong = (name: keyof ScalingPolicy, rule: string) =>
    new RangeError(`${name} is ${policy[name]}: it has to be ${rule}.`);
  if (!Number.isInteger(workersMin) || workersMin < 0) {
    throw wrong('workersMin', 'a whole number from 0 on');
  }
  if (!Number.isInteger(workersMax) || workersMax < Math.max(1, workersMin)) {
    throw wrong('workersMax', 'a whole number, not below workersMin and 1');
  }
  if (!(depthPerWorker > 0)) throw wrong('depthPerWorker', 'above 0');
  for (const name of ['growStepMax', 'shrinkStepMax'] as const) {
    if (!Number.isInteger(policy[name]) || policy[name] < 1) {
      throw wrong(name, 'a whole number from 1 on');
    }
  }
  if (!(growPauseMs >= 0)) throw wrong('growPauseMs', '0 or more');
  if (!(shrinkWindowMs >= 0)) throw wrong('shrinkWindowMs', '0 or more');
}
