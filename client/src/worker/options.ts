// What a worker can be told, with its defaults.

import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import { integerOption, NOT_NEGATIVE, POSITIVE, topicsOption } from '../options-check.ts';
import type { LeasedMessage } from '../queue/lease.ts';
import type { HandlerContext } from './job.ts';
import type { BatchReport, Sends } from './judge.ts';
import type { Outcome } from './stats.ts';

interface CommonOptions<V, R> {
  readonly group: string;
  /** In strict order of priority; at most 32. */
  readonly topics: string | readonly string[];
  /** Calls of the handler at a time; default 16, with `eachBatch` 1. */
  readonly concurrency?: number | undefined;
  /** Messages leased ahead of need. Default: as many as run at a time, or as handlers end in 100 ms, at most 10,000. */
  readonly prefetch?: number | undefined;
  /**
   * Messages of one key run one after another here, those of different keys at the same time. Always so in a group with
   * ordering by key, which also keeps the key to one worker at a time. Default false.
   */
  readonly keyed?: boolean | undefined;
  /**
   * How long leases last, ms, from 1,000 to 12 hours; default: what the group says when the worker starts. They are
   * extended from half on.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /** How long a request waits at the broker for messages, ms; default 20,000, which is the most. */
  readonly maxWaitMs?: number | undefined;
  readonly codec?: Codec<V> | undefined;
  /** Of results and replies, and of what `once` keeps; default: the client's. */
  readonly resultCodec?: Codec<R> | undefined;
  /** Of messages that handlers send; default: the client's. */
  readonly sendCodec?: Codec<unknown> | undefined;
  /** Names this worker to the broker; default: random. */
  readonly memberId?: string | undefined;
  /** Closes the worker. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every message once the broker has its outcome; `error` is what the handler threw. */
  readonly onOutcome?: (message: LeasedMessage<V>, outcome: Outcome, error?: unknown) => void;
}

type Returned<T> = T | PromiseLike<T>;
type Handle<V, T> = (message: LeasedMessage<V>, context: HandlerContext) => T;
type HandleBatch<V, T> = (messages: readonly LeasedMessage<V>[], context: HandlerContext) => T;

interface OneByOne {
  readonly eachBatch?: undefined;
  readonly batchSize?: undefined;
}

interface HandlerOptions<V> extends OneByOne {
  /**
   * Works on one message. Returning accepts it; throwing releases it with the error's text; `Reject` and `RetryAfter`
   * say more. What the handler resolved itself stays as it is.
   */
  readonly handler: Handle<V, unknown>;
  readonly results?: false | undefined;
  readonly transactional?: false | undefined;
  readonly replies?: false | undefined;
}

interface ResultOptions<V, R> extends OneByOne {
  readonly handler: Handle<V, Returned<R>>;
  /** What the handler returns is kept as the result of the message, for as long as the group says; undefined: none. */
  readonly results: true;
  readonly transactional?: false | undefined;
  readonly replies?: false | undefined;
}

interface TransactionalOptions<V, R> extends OneByOne {
  /** May return messages to send, beside those of `context.send`. */
  readonly handler: Handle<V, Returned<Sends<R> | undefined>>;
  /** What the handler sends is sent in one commit with the acknowledgement: both or neither. */
  readonly transactional: true;
  /** Keeps `result`. */
  readonly results?: boolean | undefined;
  readonly replies?: false | undefined;
}

interface ReplyOptions<V, R> extends OneByOne {
  readonly handler: Handle<V, Returned<R>>;
  /**
   * What the handler returns is sent back to who asked (`client.requester`), in one commit with the acknowledgement; so is
   * the reason of a `Reject`.
   */
  readonly replies: true;
  readonly results?: boolean | undefined;
  readonly transactional?: false | undefined;
}

interface Batches {
  readonly handler?: undefined;
  /** At most so many messages a call; default 100; at most 1,000 with `results` or `transactional`. */
  readonly batchSize?: number | undefined;
  readonly replies?: false | undefined;
}

interface BatchOptions<V> extends Batches {
  /**
   * Works on several messages. Returning accepts all it left open, throwing releases them. A `BatchReport` returned, or a
   * `PartialFailure` thrown, names those that have failed: the others are accepted.
   */
  readonly eachBatch: HandleBatch<V, unknown>;
  readonly results?: false | undefined;
  readonly transactional?: false | undefined;
}

interface BatchReportOptions<V, R> extends Batches {
  readonly eachBatch: HandleBatch<V, Returned<BatchReport<V, R> | undefined>>;
  /** Keeps `results` of the report. */
  readonly results?: boolean | undefined;
  /** Sends `send` of the report, and what `context.send` was given, in one commit with the acknowledgements. */
  readonly transactional?: boolean | undefined;
}

/** Either a `handler` of single messages or `eachBatch`; R is what handlers return as results or replies. */
export type WorkerOptions<V, R = unknown> = CommonOptions<V, R> &
  (
    | HandlerOptions<V>
    | ResultOptions<V, R>
    | TransactionalOptions<V, R>
    | ReplyOptions<V, R>
    | BatchOptions<V>
    | BatchReportOptions<V, R>
  );

export interface WorkerSettings<V> {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handle: (messages: readonly LeasedMessage<V>[], context: HandlerContext) => unknown;
  readonly isBatch: boolean;
  readonly keepsResults: boolean;
  readonly transactional: boolean;
  readonly replies: boolean;
  /** What handlers return means something. */
  readonly readsReturn: boolean;
  readonly keyed: boolean;
  readonly batchSize: number;
  readonly concurrency: number;
  /** Undefined: by the pace of the handlers. */
  readonly prefetch: number | undefined;
  readonly visibilityTimeoutMs: number | undefined;
  readonly maxWaitMs: number;
  readonly codec: Codec<V>;
  readonly resultCodec: Codec<unknown>;
  readonly sendCodec: Codec<unknown>;
  readonly memberId: string;
  readonly onOutcome: CommonOptions<V, unknown>['onOutcome'];
}

const CONCURRENCY = 16;
const BATCH_SIZE = 100;

/** A shorter lease could end before its messages are here. */
const VISIBILITY_TIMEOUT_MS_MIN = 1_000;
const VISIBILITY = { min: VISIBILITY_TIMEOUT_MS_MIN, max: LIMITS.visibilityTimeoutMsMax };
const WAIT = { min: 0, max: LIMITS.receiveWaitMsMax };

/** Each message has an item of its own there, in the worst case. */
const TRANSACTION_BATCH = { min: 1, max: LIMITS.transactionItemsMax };

export interface WorkerDefaults<V> {
  readonly codec: Codec<V>;
  readonly resultCodec: Codec<unknown>;
  readonly memberId: string;
}

/** Throws INVALID_CONFIG. */
export function workerSettings<V, R>(
  options: WorkerOptions<V, R>,
  defaults: WorkerDefaults<V>,
): WorkerSettings<V> {
  const { handler, eachBatch, prefetch, visibilityTimeoutMs } = options;
  if ((handler === undefined) === (eachBatch === undefined)) {
    throw new MillraceError('INVALID_CONFIG', 'A worker has either a handler or eachBatch.', {
      field: handler === undefined ? 'handler' : 'eachBatch',
    });
  }
  const isBatch = handler === undefined;
  checkHandler(options);
  const kind = kindOf(options);
  const bound = kind.keepsResults || kind.transactional ? TRANSACTION_BATCH : POSITIVE;
  const concurrency = options.concurrency ?? (isBatch ? 1 : CONCURRENCY);
  return {
    ...kind,
    group: options.group,
    topics: topicsOption(options.topics, LIMITS.receiveTopicsMax),
    handle:
      eachBatch ?? ((messages, context) => handler?.(messages[0] as LeasedMessage<V>, context)),
    isBatch,
    readsReturn: isBatch || kind.keepsResults || kind.transactional || kind.replies,
    keyed: options.keyed ?? false,
    batchSize: isBatch ? integerOption('batchSize', options.batchSize ?? BATCH_SIZE, bound) : 1,
    concurrency: integerOption('concurrency', concurrency, POSITIVE),
    prefetch:
      prefetch === undefined ? undefined : integerOption('prefetch', prefetch, NOT_NEGATIVE),
    visibilityTimeoutMs:
      visibilityTimeoutMs === undefined
        ? undefined
        : integerOption('visibilityTimeoutMs', visibilityTimeoutMs, VISIBILITY),
    maxWaitMs: integerOption('maxWaitMs', options.maxWaitMs ?? LIMITS.receiveWaitMsMax, WAIT),
    codec: options.codec ?? defaults.codec,
    resultCodec: (options.resultCodec as Codec<unknown> | undefined) ?? defaults.resultCodec,
    sendCodec: options.sendCodec ?? defaults.resultCodec,
    memberId: options.memberId ?? defaults.memberId,
    onOutcome: options.onOutcome,
  };
}

interface Handlers {
  readonly handler?: unknown;
  readonly eachBatch?: unknown;
  readonly batchSize?: unknown;
}

/** Found out by the first message, all messages would fail until they are dead. */
function checkHandler({ handler, eachBatch, batchSize }: Handlers): void {
  const field = handler === undefined ? 'eachBatch' : 'handler';
  if (typeof (handler ?? eachBatch) !== 'function') {
    throw new MillraceError('INVALID_CONFIG', `${field} is a function.`, { field });
  }
  if (handler !== undefined && batchSize !== undefined) {
    const text = 'A handler gets one message a call: batchSize goes with eachBatch.';
    throw new MillraceError('INVALID_CONFIG', text, { field: 'batchSize' });
  }
}

interface Kind {
  readonly results?: boolean | undefined;
  readonly transactional?: boolean | undefined;
  readonly replies?: boolean | undefined;
  readonly eachBatch?: unknown;
}

/** Callers without types may ask for what the types rule out. */
function kindOf({ results, transactional, replies, eachBatch }: Kind) {
  if (replies === true && (transactional === true || eachBatch !== undefined)) {
    const text = 'A worker that replies has a handler, and sends nothing else by returning.';
    throw new MillraceError('INVALID_CONFIG', text, { field: 'replies' });
  }
  return {
    keepsResults: results === true,
    transactional: transactional === true,
    replies: replies === true,
  };
}
