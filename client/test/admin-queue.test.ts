// The administrator of queues: lists over partitions and pages, one message, decisions.
import {
  ERRORS,
  encodeBatch,
  LIMITS,
  MillraceError,
  messageId,
  stampBatch,
} from '@millrace/protocol';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { MessageDetails } from '../src/index.ts';
import { clientOf, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';

const ID = messageId(1, 0, 5);

async function setup() {
  const log = new FakeLog({ t: 2 });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  return { log, broker, client, admin: client.admin };
}

const VIEW = {
  state: 'scheduled' as const,
  deliveries: 1,
  memberId: null,
  untilMs: 9,
  firstDeliveredAtMs: 3,
  lastError: 'no',
  deadReason: null,
};

function batchOf(offset: number, keys: readonly (string | null)[]): Uint8Array {
  const records = keys.map((key) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(`"${key}"`),
  }));
  const batch = Buffer.from(encodeBatch(records, { nowMs: 1 }));
  stampBatch(batch, offset, 1);
  return batch;
}

describe('a list of messages', () => {
  it('goes over topics, partitions and pages, as it is asked for', async () => {
    const { broker, admin } = await setup();
    const topics = [{ topic: 't', topicId: 1, startAt: -2, deadLetterTopic: null }];
    broker.handlers.DescribeShareGroups = () => ({
      groups: [{ group: 'g', groupId: 1, createdAtMs: 1, config: CONFIG, topics }],
    });
    broker.handlers.ListMessages = ({ fromOffset, partition }) => ({
      topicId: 1,
      ranges: [{ firstOffset: fromOffset, lastOffset: fromOffset + 1, ...VIEW }],
      nextOffset: partition === 0 && fromOffset === 0 ? 5 : null,
    });
    const list = admin.listMessages({ group: 'g', state: 'scheduled', pageSize: 7 });
    const first = await list.next();
    expect(first.value).toEqual({
      topic: 't',
      partition: 0,
      firstOffset: 0,
      lastOffset: 1,
      messages: 2,
      id: messageId(1, 0, 0),
      ...VIEW,
    });
    expect(broker.requests('ListMessages')).toEqual([
      { group: 'g', topic: 't', partition: 0, state: 'scheduled', fromOffset: 0, maxRanges: 7 },
    ]);
    const rest = [];
    for await (const { partition, firstOffset } of list) rest.push([partition, firstOffset]);
    expect(rest).toEqual([
      [0, 5],
      [1, 0],
    ]);
  });

  it('has the keys where asked, a message an entry', async () => {
    const { broker, admin } = await setup();
    broker.handlers.ListMessages = () => ({
      topicId: 1,
      ranges: [{ firstOffset: 4, lastOffset: 7, ...VIEW }],
    });
    const batches = [batchOf(2, ['a', 'b', 'c', null]), batchOf(6, ['d'])];
    broker.handlers.Peek = ({ fromOffset }) => ({
      topicId: 1,
      startOffset: 0,
      endOffset: 9,
      ranges: [],
      batches: fromOffset < 6 ? batches.slice(0, 1) : batches.slice(1),
    });
    const options = { group: 'g', state: 'scheduled', topic: 't', partition: 1 } as const;
    const found = [];
    for await (const { firstOffset, lastOffset, key } of admin.listMessages({
      ...options,
      keys: true,
    })) {
      found.push([firstOffset, lastOffset, key]);
    }
    expect(found).toEqual([
      [4, 4, 'c'],
      [5, 5, null],
      [6, 6, 'd'],
      [7, 7, null],
    ]);
    const asked = broker
      .requests('Peek')
      .map(({ fromOffset, maxMessages }) => [fromOffset, maxMessages]);
    expect(asked).toEqual([
      [4, 4],
      [6, 2],
      [7, 1],
    ]);
  });

  it('refuses a page of no size before it asks', async () => {
    const { broker, admin } = await setup();
    const list = admin.listMessages({ group: 'g', topic: 't', state: 'dead', pageSize: 0 });
    expect(await rejection(list.next())).toMatchObject({
      code: 'INVALID_CONFIG',
      detail: { field: 'pageSize', limit: '1' },
    });
    expect(broker.count('ListMessages')).toBe(0);
  });
});

const CONFIG = {
  visibilityTimeoutMs: 1_000,
  maxDeliveries: 5,
  backoff: 'none',
  backoffBaseMs: 0,
  backoffFactor: 2,
  backoffMaxMs: 0,
  jitter: 'none',
  onExhausted: 'dlq',
  exhaustedAt: 'end',
  fence: true,
  ordering: 'none',
  fairness: 'none',
  maxInFlight: 0,
  onExpired: 'drop',
  resultTtlMs: 0,
  lateReceipts: 'accept' as const,
  deadLetterLoops: false,
} as const;

describe('one message', () => {
  it('comes with its state, its result and itself', async () => {
    const { broker, admin } = await setup();
    const state = { firstOffset: 5, lastOffset: 5, ...VIEW, state: 'acknowledged' as const };
    const result = { value: Buffer.from('{"sum":3}'), atMs: 1, expiresAtMs: 2 };
    broker.handlers.GetMessage = () => ({
      topic: 't',
      state,
      result,
      appendTimeMs: 1,
      batches: [batchOf(4, ['a', 'b', 'c'])],
    });
    const found = await admin.message<string, { sum: number }>('g', ID);
    expectTypeOf(found).toEqualTypeOf<MessageDetails<string, { sum: number }>>();
    expect(found).toMatchObject({ id: ID, topic: 't', partition: 0, offset: 5, appendTimeMs: 1 });
    expect(found).toMatchObject({ state: 'acknowledged', deliveries: 1, lastError: 'no' });
    expect(found.result).toMatchObject({ value: { sum: 3 }, atMs: 1, expiresAtMs: 2 });
    expect([found.message?.key, found.message?.value, found.message?.id]).toEqual(['b', 'b', ID]);
    expect(broker.requests('GetMessage')).toEqual([
      { group: 'g', topicId: 1, partition: 0, offset: 5 },
    ]);
  });

  it('may be gone from the log, and has no result before it is accepted', async () => {
    const { broker, admin } = await setup();
    const state = { firstOffset: 5, lastOffset: 5, ...VIEW };
    broker.handlers.GetMessage = () => ({ topic: 't', state, batches: [] });
    const found = await admin.message('g', ID.toUpperCase());
    expect(found).toMatchObject({ id: ID, message: null, result: null, appendTimeMs: null });
    expect(await rejection(admin.message('g', 'nonsense'))).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: { field: 'messageId' },
    });
    expect(broker.count('GetMessage')).toBe(1);
  });
});

describe('decisions about messages', () => {
  it('take ids and spans, and tell of every message', async () => {
    const { broker, admin } = await setup();
    const fresh = ERRORS.MESSAGE_FRESH.code;
    broker.handlers.ChangeMessages = ({ items }) => ({
      results: items.map(({ firstOffset, lastOffset }) => ({
        outcomes: [
          { firstOffset, lastOffset: firstOffset, errorCode: 0 },
          ...(lastOffset > firstOffset
            ? [{ firstOffset: firstOffset + 1, lastOffset, errorCode: fresh }]
            : []),
        ],
      })),
    });
    const span = { topic: 't', partition: 1, firstOffset: 3, lastOffset: 7 };
    const { changed, refused, outcomes } = await admin.retryMessages('g', [ID, span]);
    expect([changed, refused]).toEqual([2, 4]);
    const told = outcomes.map((o) => [o.target, o.firstOffset, o.lastOffset, o.error?.code]);
    expect(told).toEqual([
      [ID, 5, 5, undefined],
      [span, 3, 3, undefined],
      [span, 4, 7, 'MESSAGE_FRESH'],
    ]);
    await admin.rescheduleMessages('g', [ID], 50);
    await admin.cancelMessages('g', [ID]);
    await admin.deadLetterMessages('g', [ID]);
    const said = broker.requests('ChangeMessages').map(({ action, delayMs }) => [action, delayMs]);
    expect(said).toEqual([
      ['retry', null],
      ['reschedule', 50],
      ['cancel', null],
      ['deadLetter', null],
    ]);
  });

  it('go in as many requests as they need, and tell of those that were not reached', async () => {
    const { broker, admin } = await setup();
    broker.handlers.ChangeMessages = ({ items }) =>
      broker.count('ChangeMessages') > 1
        ? new MillraceError('UNKNOWN_GROUP')
        : { results: items.map((item) => ({ outcomes: [{ ...item, errorCode: 0 }] })) };
    const lastOffset = LIMITS.acknowledgeOffsetsMax + 9;
    const span = { topic: 't', partition: 0, firstOffset: 0, lastOffset };
    const { changed, refused, outcomes } = await admin.cancelMessages('g', [span, ID]);
    expect([changed, refused]).toEqual([LIMITS.acknowledgeOffsetsMax, 11]);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([
      undefined,
      'UNKNOWN_GROUP',
      'UNKNOWN_GROUP',
    ]);
    expect((await rejection(admin.cancelMessages('g', [ID]))).code).toBe('UNKNOWN_GROUP');
  });

  it.each([
    [{ firstOffset: 5, lastOffset: 4 }, 'lastOffset'],
    [{ firstOffset: 0, lastOffset: Number.MAX_SAFE_INTEGER }, 'lastOffset'],
    [{ firstOffset: -1 }, 'firstOffset'],
    [{ firstOffset: 0.5 }, 'firstOffset'],
  ])('refuse %j before they are sent', async (span, field) => {
    const { broker, admin } = await setup();
    const error = await rejection(
      admin.retryMessages('g', [{ topic: 't', partition: 0, ...span }]),
    );
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', detail: { field } });
    const late = await rejection(admin.rescheduleMessages('g', [ID], Number.NaN));
    expect(late).toMatchObject({ code: 'INVALID_CONFIG', detail: { field: 'delayMs' } });
    expect(broker.count('ChangeMessages')).toBe(0);
  });
});

it('counts all share groups, as many replies as it takes, and has them by name', async () => {
  const { admin, broker } = await setup();
  const empty = (group: string) => ({ group, topics: [], rates: null });
  broker.handlers.CountShareGroups = ({ afterId }) =>
    afterId === 0
      ? { groups: [empty('zoo'), empty('ape')], nextAfterId: 7 }
      : { groups: [empty('bee')], nextAfterId: null };
  const counted = await admin.countShareGroups();
  expect(counted.map(({ group }) => group)).toEqual(['ape', 'bee', 'zoo']);
  expect(broker.requests('CountShareGroups').map(({ afterId }) => afterId)).toEqual([0, 7]);
});
