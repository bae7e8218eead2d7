// What callers configure: a value that cannot work is refused where it is given.
import { describe, expect, it } from 'vitest';
import {
  type ConnectOptions,
  type ConsumerOptions,
  connect,
  LIMITS,
  type MillraceError,
  type ProducerOptions,
} from '../src/index.ts';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { FakeQueue } from './support/fake-queue.ts';

const NOT_COUNTS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8' as never];
const NOT_TIMES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12];

function thrown(act: () => unknown): MillraceError {
  try {
    act();
  } catch (error) {
    return error as MillraceError;
  }
  throw new Error('nothing was thrown');
}

const cases = (fields: Record<string, readonly unknown[]>) =>
  Object.entries(fields).flatMap(([field, values]) =>
    values.map((value): [string, unknown] => [field, value]),
  );

/** What the error tells: its code, the field, and whether it names a limit. */
function told(error: Error): readonly unknown[] {
  const { code, detail } = error as MillraceError;
  return [code, detail.field, (detail.limit ?? '') !== ''];
}

const refusalOf = (field: string) => ['INVALID_CONFIG', field, true];

describe('what cannot work is refused', () => {
  it.each(
    cases({
      maxInFlight: NOT_COUNTS,
      maxBufferedBytes: NOT_COUNTS,
      batchBytes: NOT_COUNTS,
      lingerMs: NOT_TIMES,
      deliveryTimeoutMs: [0, ...NOT_TIMES],
    }),
  )('producer: %s %s', async (field, value) => {
    const client = await clientOf(await fakeBroker());
    const options = { [field]: value } as ProducerOptions<unknown>;
    expect(told(thrown(() => client.producer(options)))).toEqual(refusalOf(field));
  });

  it.each([
    ...cases({
      topics: [[], ['a', ''], '', undefined],
      partitions: [7, [], [-1], [0.5]],
      from: ['first', 7],
      onOutOfRange: ['none'],
      sessionTimeoutMs: [LIMITS.sessionTimeoutMsMin - 1, LIMITS.sessionTimeoutMsMax + 1, 1_000.5],
      commitIntervalMs: [0, ...NOT_TIMES],
      maxProcessingMs: [0, ...NOT_TIMES],
      rebalanceTimeoutMs: [LIMITS.rebalanceTimeoutMsMin - 1, LIMITS.rebalanceTimeoutMsMax + 1],
      commitThreshold: NOT_COUNTS,
      assignor: ['sticky'],
      instanceId: ['', 7, 'alone'],
      maxBatchMessages: NOT_COUNTS,
      maxBufferedBytes: NOT_COUNTS,
      fetchBytes: [...NOT_COUNTS, LIMITS.fetchBytesMax + 1],
      maxWaitMs: [...NOT_TIMES, LIMITS.fetchWaitMsMax + 1],
    }),
  ])('consumer: %s %s', async (field, value) => {
    const client = await clientOf(await fakeBroker());
    const options = { topics: 't', [field]: value } as ConsumerOptions<unknown>;
    expect(told(thrown(() => client.consumer(options)))).toEqual(refusalOf(field));
  });

  it.each(
    cases({
      group: ['', 7, 'g\n', 'g'.repeat(LIMITS.groupNameBytesMax + 1)],
      memberId: ['', 7, 'm\n', 'm'.repeat(LIMITS.memberIdBytesMax + 1)],
      instanceId: ['i\u0000'],
      codec: ['json', {}, 7],
      onDecodeError: ['log', 7],
      verifyChecksums: ['no', 0],
      signal: [7, {}],
    }),
  )('consumer of a group: %s %s', async (field, value) => {
    const client = await clientOf(await fakeBroker());
    const options = { topics: 't', group: 'g', [field]: value } as ConsumerOptions<unknown>;
    const error = thrown(() => client.consumer(options));
    expect([error.code, error.detail.field]).toEqual(['INVALID_CONFIG', field]);
  });

  it.each([undefined, null, {}, { eachMessage: 7 }, { eachMessage() {}, eachBatch() {} }])(
    'run: %s',
    async (handlers) => {
      const client = await clientOf(await fakeBroker());
      const consumer = client.consumer({ topics: 't' });
      const error = await rejection(consumer.run(handlers as never));
      expect([error.name, (error as MillraceError).code]).toEqual([
        'MillraceError',
        'INVALID_CONFIG',
      ]);
    },
  );

  it('consumer: an offset or a time that is none', async () => {
    const client = await clientOf(await fakeBroker());
    const from = (start: object) => () =>
      client.consumer({ topics: 't', from: start as { offset: number } });
    expect(told(thrown(from({ offset: -1 })))).toEqual(refusalOf('from.offset'));
    expect(told(thrown(from({ timestampMs: 0.5 })))).toEqual(refusalOf('from.timestampMs'));
    expect(told(thrown(from({})))).toEqual(refusalOf('from.timestampMs'));
  });

  it.each(
    cases({
      topics: [[], [''], Array.from({ length: LIMITS.receiveTopicsMax + 1 }, (_, n) => `t${n}`)],
      concurrency: NOT_COUNTS,
      batchSize: NOT_COUNTS,
      prefetch: [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
      maxWaitMs: [...NOT_TIMES, LIMITS.receiveWaitMsMax + 1],
      visibilityTimeoutMs: [0, 1, 999, 1_000.5, Number.NaN, LIMITS.visibilityTimeoutMsMax + 1],
    }),
  )('worker: %s %s', async (field, value) => {
    const queue = new FakeQueue();
    queue.add([1]);
    const broker = await fakeBroker(queue.handlers);
    const client = await clientOf(broker);
    const options = { group: 'g', topics: 't', eachBatch: () => {}, [field]: value };
    expect(told(thrown(() => client.worker(options)))).toEqual(refusalOf(field));
    expect(broker.count('Receive')).toBe(0);
  });

  it.each(
    cases({
      requestTimeoutMs: [0, ...NOT_TIMES],
      connectTimeoutMs: [0, ...NOT_TIMES],
      waitForBrokerMs: NOT_TIMES,
      metadataMaxAgeMs: NOT_TIMES,
      maxInFlight: NOT_COUNTS,
      maxUnsentBytes: NOT_COUNTS,
    }),
  )('connect: %s %s', async (field, value) => {
    const options = { brokers: '127.0.0.1:1', [field]: value } as ConnectOptions;
    expect(told(await rejection(connect(options)))).toEqual(refusalOf(field));
  });

  it('worker: a handler or eachBatch, and the types say so', async () => {
    const client = await clientOf(await fakeBroker());
    const common = { group: 'g', topics: 't' };
    const handler = () => {};
    // @ts-expect-error neither
    expect(thrown(() => client.worker(common)).code).toBe('INVALID_CONFIG');
    const both = { ...common, handler, eachBatch: handler };
    // @ts-expect-error both
    expect(thrown(() => client.worker(both)).code).toBe('INVALID_CONFIG');
  });

  it('names the limit that was met', async () => {
    const client = await clientOf(await fakeBroker());
    const limitOf = (visibilityTimeoutMs: number) =>
      thrown(() =>
        client.worker({ group: 'g', topics: 't', visibilityTimeoutMs, handler: () => {} }),
      ).detail.limit;
    expect(limitOf(0)).toBe('1000 ms');
    expect(limitOf(1e9)).toBe(`${LIMITS.visibilityTimeoutMsMax} ms`);
  });
});
