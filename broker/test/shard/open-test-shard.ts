// A shard with its handlers on a store of the test's choosing, without sockets.

import {
  encodeBatch,
  MillraceError,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
} from '@millrace/protocol';
import { MemoryStore, type Store } from '@millrace/storage';
import { UNLIMITED } from '../../src/access/access.ts';
import { CancelToken } from '../../src/dispatch/cancel-token.ts';
import { createHandlers } from '../../src/handlers/create-handlers.ts';
import type {
  CancelSignal,
  ConnectionInfo,
  HandledApiName,
  Handler,
  Handlers,
} from '../../src/handlers/handler.ts';
import { ShardMetrics } from '../../src/metrics/shard-metrics.ts';
import type { SecurityServices } from '../../src/security/security-services.ts';
import { SYSTEM_CLOCK } from '../../src/shard/clock.ts';
import {
  type OpenShard,
  openShard,
  type Quarantine,
  type ShardOptions,
} from '../../src/shard/open-shard.ts';
import { asReceived } from './as-received.ts';
import { testSecurity } from './test-security.ts';

export class TestCancel implements CancelSignal {
  reason: MillraceError | undefined;
  readonly #listeners = new Set<(reason: MillraceError) => void>();

  get cancelled(): boolean {
    return this.reason !== undefined;
  }

  onCancel(listener: (reason: MillraceError) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cancel(reason: MillraceError): void {
    this.reason = reason;
    for (const listener of this.#listeners) listener(reason);
  }
}

export const CONNECTION: ConnectionInfo = {
  connectionId: 1,
  sessionId: 'test',
  remoteAddress: '127.0.0.1',
  remotePort: 1,
  advertisedHost: '127.0.0.1',
  advertisedPort: 7650,
  clientName: 'test',
  clientVersion: '0',
  replyRoomBytes: 1_000_000,
  ended: new CancelToken(),
  access: UNLIMITED,
  throttle: () => undefined,
};

export interface TestShard extends OpenShard {
  readonly metrics: ShardMetrics;
  readonly fatal: Error[];
  readonly reloads: Error[];
  readonly backgroundFailures: unknown[];
  readonly quarantines: Quarantine[];
  readonly compaction: { readonly passes: number; readonly recordsRemoved: number };
  readonly call: <N extends HandledApiName>(
    api: N,
    request: RequestInput<N>,
    signal?: CancelSignal,
    connection?: ConnectionInfo,
  ) => Promise<ResponseInput<N>>;
}

export function openTestShard(
  store: Store = new MemoryStore(),
  options: Partial<ShardOptions> = {},
  security: SecurityServices = testSecurity(),
): TestShard {
  const metrics = new ShardMetrics();
  const fatal: Error[] = [];
  const reloads: Error[] = [];
  const backgroundFailures: unknown[] = [];
  const quarantines: Quarantine[] = [];
  const compaction = { passes: 0, recordsRemoved: 0 };
  const opened = openShard({
    store,
    clock: SYSTEM_CLOCK,
    random: () => 0.5,
    commitQueueBytes: 1_000_000,
    storageReserve: 1_000,
    leaseRestartGrace: 0,
    retentionCheckInterval: 100,
    offsetsRetention: -1,
    scrubRate: 0,
    ...options,
    events: {
      committed: () => undefined,
      deadLettered: (groupId, messages) => metrics.deadLettered(groupId, messages),
      compacted: (recordsRemoved, isDone) => {
        compaction.recordsRemoved += recordsRemoved;
        if (isDone) compaction.passes += 1;
      },
      reloaded: (cause) => reloads.push(cause),
      quarantined: (what) => quarantines.push(what),
      moved: undefined,
      backgroundFailed: (_, error) => backgroundFailures.push(error),
      fatal: (error) => fatal.push(error),
    },
  });
  const handlers: Handlers = createHandlers({
    ...opened,
    settings: { autoCreateTopics: false, autoCreateShareGroups: false, defaultPartitions: 1 },
    metrics,
    security,
    describeBroker: () => {
      throw new MillraceError('SHUTTING_DOWN');
    },
  });
  return {
    ...opened,
    metrics,
    fatal,
    reloads,
    backgroundFailures,
    quarantines,
    compaction,
    call: async (api, request, signal = new TestCancel(), connection = CONNECTION) => {
      const handler = handlers[api] as Handler<typeof api>;
      const context = { connection, signal, receivedAtMs: 0, apiVersion: 1 };
      return handler(asReceived(api, request), context);
    },
  };
}

const utf8 = new TextEncoder();

/** A batch of one record a text. */
export function batchOf(...texts: readonly string[]): Uint8Array {
  return encodeBatch(
    texts.map((text) => ({ value: utf8.encode(text) })),
    { nowMs: 1_700_000_000_000 },
  );
}

export type ShareConfigChange = NonNullable<RequestOf<'AlterShareGroup'>['config']>;

/** Every setting as it is, or as by default. */
export const UNCHANGED: ShareConfigChange = {
  visibilityTimeoutMs: null,
  maxDeliveries: null,
  backoff: null,
  backoffBaseMs: null,
  backoffFactor: null,
  backoffMaxMs: null,
  jitter: null,
  onExhausted: null,
  exhaustedAt: null,
  fence: null,
  ordering: null,
  fairness: null,
  maxInFlight: null,
  onExpired: null,
  resultTtlMs: null,
  lateReceipts: null,
  deadLetterLoops: null,
};

/** A topic `t` of one partition with share group `g`, whose leases last long. Gives the topic's id. */
export async function createQueue(
  { call }: TestShard,
  change?: Partial<ShareConfigChange>,
): Promise<number> {
  const topic = { name: 't', partitions: 1, config: null, annotations: null, validateOnly: false };
  const { topicId } = await call('CreateTopic', topic);
  const group = { group: 'g', topics: ['t'], startAt: -2, deadLetterTopic: null };
  const config = change === undefined ? null : { ...UNCHANGED, ...change };
  await call('CreateShareGroup', { ...group, config });
  return topicId;
}

export function receiveOf(maxWaitMs: number, maxMessages = 1): RequestOf<'Receive'> {
  return {
    group: 'g',
    topics: ['t'],
    memberId: 'm',
    maxMessages,
    maxBytes: 1_000_000,
    maxWaitMs,
    visibilityTimeoutMs: null,
    attemptId: null,
  };
}

export async function produce({ call }: TestShard, topicId: number, ...texts: string[]) {
  const { results } = await call('Produce', {
    batches: [{ topicId, partition: 0, batch: batchOf(...texts) }],
  });
  return results[0];
}

/** Each in partition 0, in one request. */
export async function produceBatches(
  { call }: TestShard,
  topicId: number,
  ...batches: readonly Uint8Array[]
) {
  const items = batches.map((batch) => ({ topicId, partition: 0, batch }));
  return (await call('Produce', { batches: items })).results;
}

/** Of partition 0. */
export async function endOf({ call }: TestShard, topicId: number): Promise<number | undefined> {
  const at = { topicId, partition: 0, at: -1 };
  return (await call('ListOffsets', { partitions: [at] })).partitions[0]?.offset;
}

export async function countsOf({ call }: TestShard) {
  const { partitions } = await call('Counters', { group: 'g' });
  return partitions[0];
}

/** Long enough for whatever would happen at once to have happened. */
export const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
