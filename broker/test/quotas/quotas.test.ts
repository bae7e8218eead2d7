// Quotas from the reply to the pause: on the real rim, over sockets, with a shard behind it.

import type { UserQuotas } from '@millrace/core';
import { MillraceError } from '@millrace/protocol';
import { afterEach, expect, test } from 'vitest';
import { UNLIMITED } from '../../src/access/access.ts';
import type { Handlers } from '../../src/handlers/handler.ts';
import { UserPauses } from '../../src/net/user-pauses.ts';
import { chargeHandlers } from '../../src/quotas/charge-handlers.ts';
import { type QuotaOptions, Quotas } from '../../src/quotas/quotas.ts';
import { openRim, type Rim } from '../rim/open-rim.ts';
import { WireClient } from '../rim/wire-client.ts';
import { batchOf, CONNECTION } from '../shard/open-test-shard.ts';

let rim: Rim | undefined;

afterEach(async () => {
  await rim?.server.close();
  rim = undefined;
});

const NO_DEFAULTS: QuotaOptions = { quotaProduceBytes: 0, quotaFetchBytes: 0, quotaRequests: 0 };
const OUTCOME = { errorCode: 0, errorMessage: null, baseOffset: 0, appendTimeMs: 0 };
const PRODUCE = { batches: [{ topicId: 1, partition: 0, batch: batchOf('a'.repeat(1_000)) }] };
const BATCH_BYTES = PRODUCE.batches[0]?.batch.length ?? 0;

const LOOKED_AT = batchOf('c'.repeat(3_000));
const STATE = { firstOffset: 0, lastOffset: 0, state: 'fresh', deliveries: 0 } as const;

const SERVED: Partial<Handlers> = {
  Produce: async ({ batches }) => ({ results: batches.map(() => OUTCOME) }),
  Receive: async () => ({
    leases: [
      {
        topicId: 1,
        partition: 0,
        firstOffset: 0,
        lastOffset: 0,
        token: 1,
        deliveries: 1,
        deadlineMs: 1,
        firstDeliveredAtMs: 1,
        batches: [batchOf('b'.repeat(3_000))],
      },
    ],
  }),
  Peek: () => ({ topicId: 1, startOffset: 0, endOffset: 1, ranges: [], batches: [LOOKED_AT] }),
  GetMessage: async () => ({
    topic: 't',
    state: STATE,
    result: null,
    appendTimeMs: 1,
    batches: [LOOKED_AT],
  }),
  ListMessages: () => ({ topicId: 1, ranges: [STATE], nextOffset: null }),
  ListOffsets: () => ({ partitions: [] }),
  ListGroups: () => ({ groups: [] }),
  Metadata: () => {
    throw new MillraceError('UNKNOWN_TOPIC');
  },
};

function quotasWith(options: Partial<QuotaOptions>, users: Record<string, UserQuotas> = {}) {
  return new Quotas({
    options: { ...NO_DEFAULTS, ...options },
    quotasOf: (user) => users[user],
    nowMs: () => performance.now(),
  });
}

async function open(options: Partial<QuotaOptions>): Promise<Rim> {
  const handlers = chargeHandlers(SERVED as Handlers, quotasWith(options));
  rim = await openRim({ handlers });
  return rim;
}

test('what is beyond the quota is done, the reply says for how long nothing more is read, and so it is [A-90]', async () => {
  const { port, metric } = await open({ quotaProduceBytes: BATCH_BYTES });
  const client = await WireClient.greeted(port);
  expect((await client.ask('Produce', PRODUCE)).body).toMatchObject({ throttleMs: 0 });
  const beganMs = performance.now();
  const reply = await client.ask('Produce', PRODUCE);
  const throttleMs = reply.body?.throttleMs ?? 0;
  expect(reply.body?.results).toHaveLength(1);
  expect(throttleMs).toBeGreaterThan(500);
  // It is not read: the next request is answered when the pause is over, and not before.
  await client.ask('ListGroups', {});
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(throttleMs - 5);
  expect(await metric('millrace_throttled_replies_total')).toBe(1);
});

test('bytes that are received count, and requests, also those that fail [A-90]', async () => {
  const { port } = await open({ quotaFetchBytes: 1_000 });
  const client = await WireClient.greeted(port);
  const receive = { group: 'g', topics: ['t'], memberId: 'm', maxMessages: 1 };
  const { body } = await client.ask('Receive', receive);
  expect(body?.throttleMs).toBeGreaterThan(1_500);
  await rim?.server.close();
  const other = await open({ quotaRequests: 2 });
  const asker = await WireClient.greeted(other.port);
  for (let at = 0; at < 3; at += 1) {
    expect((await asker.ask('Metadata', { topics: ['t'] })).error?.code).toBe('UNKNOWN_TOPIC');
  }
  expect(await other.metric('millrace_throttled_replies_total')).toBe(1);
});

test('records that are looked at count as those that are received [A-90]', async () => {
  const peek = { group: 'g', topic: 't', partition: 0, fromOffset: 0 };
  const get = { group: 'g', topicId: 1, partition: 0, offset: 0 };
  const { port } = await open({ quotaFetchBytes: 1_000 });
  const peeks = await WireClient.greeted(port);
  expect((await peeks.ask('Peek', peek)).body?.throttleMs).toBeGreaterThan(1_500);
  await rim?.server.close();
  const other = await open({ quotaFetchBytes: 1_000 });
  const gets = await WireClient.greeted(other.port);
  expect((await gets.ask('GetMessage', get)).body?.throttleMs).toBeGreaterThan(1_500);
});

test('lists of states and offsets hold no record: they count as requests, and tell of the pause [A-90]', async () => {
  const { port } = await open({ quotaFetchBytes: 1, quotaRequests: 1 });
  const client = await WireClient.greeted(port);
  const list = { group: 'g', topic: 't', partition: 0, state: 'fresh', fromOffset: 0 } as const;
  expect((await client.ask('ListMessages', list)).body?.throttleMs).toBe(0);
  const { body } = await client.ask('ListOffsets', { partitions: [] });
  expect(body?.throttleMs).toBeGreaterThan(500);
});

test('a connection that is closed during its pause goes at once, and others are not held up [A-91]', async () => {
  const { port, metric } = await open({ quotaProduceBytes: 1 });
  const client = await WireClient.greeted(port);
  expect((await client.ask('Produce', PRODUCE)).body?.throttleMs).toBe(30_000);
  client.send('ListGroups', 1, {});
  client.socket.destroy();
  const other = await WireClient.greeted(port, '127.0.0.2');
  expect((await other.ask('ListGroups', {})).body).toEqual({ groups: [] });
  await expect.poll(() => metric('millrace_connections'), { timeout: 10_000 }).toBe(1);
});

test('connecting anew does not end a pause [A-90]', async () => {
  const { port } = await open({ quotaProduceBytes: BATCH_BYTES });
  const beganMs = performance.now();
  const client = await WireClient.greeted(port);
  await client.ask('Produce', PRODUCE);
  const throttleMs = (await client.ask('Produce', PRODUCE)).body?.throttleMs ?? 0;
  expect(throttleMs).toBeGreaterThan(500);
  client.socket.destroy();
  const again = await WireClient.greeted(port);
  await again.ask('ListGroups', {});
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(throttleMs - 5);
});

test("a user's own quota goes before the broker's, also where it is larger; built-in users have none [A-91]", async () => {
  const own = {
    produceBytesPerSecond: 10 * BATCH_BYTES,
    fetchBytesPerSecond: null,
    requestsPerSecond: null,
  };
  const quotas = quotasWith({ quotaProduceBytes: 1, quotaFetchBytes: 7 }, { ada: own });
  const as = (user: string) => ({ ...CONNECTION, access: { ...UNLIMITED, user } });
  expect(quotas.inForce(as('ada'))).toEqual({ ...own, fetchBytesPerSecond: 7 });
  expect(quotas.inForce(as('bob'))?.produceBytesPerSecond).toBe(1);
  expect(quotas.inForce(CONNECTION)?.produceBytesPerSecond).toBe(1);
  expect(quotas.inForce(as('admin'))).toBeUndefined();
  expect(quotas.inForce(as('gateway'))).toBeUndefined();
  expect(quotasWith({}).inForce(CONNECTION)).toBeUndefined();
});

test('who is nobody is charged by its address, of IPv6 by its network [A-91]', () => {
  const quotas = quotasWith({ quotaRequests: 1 });
  const usage = { produceBytesPerSecond: 0, fetchBytesPerSecond: 0, requestsPerSecond: 5 };
  const charge = (remoteAddress: string) => {
    const connection = { ...CONNECTION, remoteAddress, throttle: () => undefined };
    const inForce = quotas.inForce(connection);
    if (inForce === undefined) throw new Error('a quota is in force');
    return quotas.charge(connection, inForce, usage);
  };
  expect(charge('2001:db8::1')).toBeLessThan(5_000);
  expect(charge('2001:db8::2')).toBeGreaterThan(8_000);
  expect(charge('2001:db8:0:1::2')).toBeLessThan(5_000);
});

test('who pauses has a whole network of IPv6 pause, as it is charged [A-90] [A-91]', () => {
  const pauses = new UserPauses();
  const at = (remoteAddress: string) => ({ ...CONNECTION, remoteAddress });
  pauses.begin(at('2001:db8::1'), 1_000, 0);
  expect(pauses.leftMs(at('2001:db8::2'), 400)).toBe(600);
  expect(pauses.leftMs(at('2001:db8:0:1::2'), 400)).toBe(0);
});

test('users are charged apart, and connections of one together [A-91]', () => {
  const quotas = quotasWith({ quotaRequests: 1 });
  const paused: number[] = [];
  const as = (user: string) => ({
    ...CONNECTION,
    access: { ...UNLIMITED, user },
    throttle: (ms: number) => void paused.push(ms),
  });
  const charge = (user: string) => {
    const connection = as(user);
    const inForce = quotas.inForce(connection);
    if (inForce === undefined) throw new Error('a quota is in force');
    const usage = { produceBytesPerSecond: 0, fetchBytesPerSecond: 0, requestsPerSecond: 5 };
    return quotas.charge(connection, inForce, usage);
  };
  expect(charge('ada')).toBeGreaterThan(3_000);
  expect(charge('ada')).toBeGreaterThan(8_000);
  expect(charge('bob')).toBeLessThan(5_000);
  expect(paused).toHaveLength(3);
});
