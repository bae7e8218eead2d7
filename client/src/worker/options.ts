// What a worker can be told, with its defaults.

import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { integerOption, NOT_NEGATIVE, POSITIVE, topicsOption } from '../options-check.ts';
import type { LeasedMessage } from '../queue/lease.ts';
import type { HandlerContext } from './job.ts';
import type { Outcome } from './stats.ts';

interface CommonOptions<V> {
  readonly group: string;
  /** In strict order of priority; at most 32. */
  readonly topics: string | readonly string[];
  /** Calls of the handler at a time; default 16, with `eachBatch` 1. */
  readonly concurrency?: number | undefined;
  /** Messages leased ahead of need. Default: as many as run at a time, or as handlers end in 100 ms, at most 10,000. */
  readonly prefetch?: number | undefined;
  /**
   * How long leases last, ms, from 1,000 to 12 hours; default: what the group says when the worker starts. They are
   * extended from half on.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /** How long a request waits at the broker for messages, ms; default 20,000, which is the most. */
  readonly maxWaitMs?: number | undefined;
  readonly codec?: Codec<V> | undefined;
  /** Names this worker to the broker; default: random. */
  readonly memberId?: string | undefined;
  /** Closes the worker. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every message once the broker has its outcome; `error` is what the handler threw. */
  readonly onOutcome?: (message: LeasedMessage<V>, outcome: Outcome, error?: unknown) => void;
}

interface HandlerOptions<V> {
  /**
   * Works on one message. Returning accepts it; throwing releases it with the error's text; `Reject` and `RetryAfter`
   * say more. What the handler resolved itself stays as it is.
   */
  readonly handler: (message: LeasedMessage<V>, context: HandlerContext) => unknown;
  readonly eachBatch?: undefined;
  readonly batchSize?: undefined;
}

interface BatchOptions<V> {
  readonly handler?: undefined;
  /** Works on several messages. Returning accepts all it left open, throwing releases them. */
  readonly eachBatch: (messages: readonly LeasedMessage<V>[], context: HandlerContext) => unknown;
  /** At most so many messages a call; default 100. */
  readonly batchSize?: number | undefined;
}

/** Either a `handler` of single messages or `eachBatch`. */
export type WorkerOptions<V> = CommonOptions<V> & (HandlerOptions<V> | BatchOptions<V>);

export interface WorkerSettings<V> {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handle: (messages: readonly LeasedMessage<V>[], context: HandlerContext) => unknown;
  readonly batchSize: number;
  readonly concurrency: number;
  /** Undefined: by the pace of the handlers. */
  readonly prefetch: number | undefined;
  readonly visibilityTimeoutMs: number | undefined;
  readonly maxWaitMs: number;
  readonly codec: Codec<V>;
  readonly memberId: string;
  readonly onOutcome: WorkerOptions<V>['onOutcome'];
}

const CONCURRENCY = 16;
const BATCH_SIZE = 100;

/** A shorter lease could end before its messages are here. */
const VISIBILITY_TIMEOUT_MS_MIN = 1_000;
const VISIBILITY = { min: VISIBILITY_TIMEOUT_MS_MIN, max: LIMITS.visibilityTimeoutMsMax };
const WAIT = { min: 0, max: LIMITS.receiveWaitMsMax };

/** Throws INVALID_CONFIG. */
export function workerSettings<V>(
  options: WorkerOptions<V>,
  defaults: { readonly codec: Codec<V>; readonly memberId: string },
): WorkerSettings<V> {
  const { handler, eachBatch, prefetch, visibilityTimeoutMs } = options;
  if ((handler === undefined) === (eachBatch === undefined)) {
    throw new MillraceError('INVALID_CONFIG', 'A worker has either a handler or eachBatch.', {
      field: handler === undefined ? 'handler' : 'eachBatch',
    });
  }
  const batchSize =
    handler === undefined
      ? integerOption('batchSize', options.batchSize ?? BATCH_SIZE, POSITIVE)
      : 1;
  const concurrency = options.concurrency ?? (handler === undefined ? 1 : CONCURRENCY);
  return {
    group: options.group,
    topics: topicsOption(options.topics, LIMITS.receiveTopicsMax),
    handle:
      eachBatch ?? ((messages, context) => handler?.(messages[0] as LeasedMessage<V>, context)),
    batchSize,
    concurrency: integerOption('concurrency', concurrency, POSITIVE),
    prefetch:
      prefetch === undefined ? undefined : integerOption('prefetch', prefetch, NOT_NEGATIVE),
    visibilityTimeoutMs:
      visibilityTimeoutMs === undefined
        ? undefined
        : integerOption('visibilityTimeoutMs', visibilityTimeoutMs, VISIBILITY),
    maxWaitMs: integerOption('maxWaitMs', options.maxWaitMs ?? LIMITS.receiveWaitMsMax, WAIT),
    codec: options.codec ?? defaults.codec,
    memberId: options.memberId ?? defaults.memberId,
    onOutcome: options.onOutcome,
  };
}
