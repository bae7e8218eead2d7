// What workers have, what waits for a time and what is blocked, for who watches a queue.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways, until } from '../support/gateways.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
});
afterAll(() => gateways.close());

const enqueue = async (queue: string, messages: readonly object[]) => {
  const { body } = await gateways.post(`/queues/${queue}/messages`, { messages });
  expect(body.failed).toBe(0);
};
const take = async (queue: string, max: number, visibilityTimeoutMs = 60_000) => {
  const asked = { max, waitMs: 5_000, visibilityTimeoutMs };
  const { body } = await gateways.post(`/queues/${queue}/receive`, asked);
  return body.messages as { id: string; receipt: string }[];
};
const acknowledge = (queue: string, items: readonly object[]) =>
  gateways.post(`/queues/${queue}/acknowledge`, { items });

describe('what workers have', () => {
  it('comes by its deadline, over all partitions, as runs', async () => {
    await gateways.post('/queues', { name: 'busy', partitions: 2 });
    await enqueue(
      'busy',
      [0, 0, 0, 1].map((partition, at) => ({ payload: at, partition })),
    );
    expect(await take('busy', 4)).toHaveLength(4);
    const [later] = (await gateways.get('/queues/busy/leases')).body.leases;
    const extended = await gateways.get(`/queues/busy/messages/${later.id}`);
    expect(extended.body).toMatchObject({ state: 'leased', untilMs: later.untilMs });
    const { body } = await gateways.get('/queues/busy/leases');
    expect(body).toMatchObject({ looked: 4, next: null });
    expect(body).not.toHaveProperty('scheduled');
    expect(body.atMs).toBeGreaterThan(1_700_000_000_000);
    const times = body.leases.map(({ untilMs }: { untilMs: number }) => untilMs);
    expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
    expect(body.leases).toContainEqual(
      expect.objectContaining({ memberId: 'rest', partition: 1, deliveries: 1, messages: 1 }),
    );
    const whole = body.leases.reduce((sum: number, { messages }: { messages: number }) => {
      return sum + messages;
    }, 0);
    expect(whole).toBe(4);
  });
});

describe('what waits for a time', () => {
  it('tells delays from pauses after a failure, and comes in pages', async () => {
    await gateways.post('/queues', { name: 'later' });
    await enqueue('later', [
      { payload: 1, delayMs: 3_600_000 },
      { payload: 2 },
      { payload: 3, delayMs: 60_000 },
    ]);
    const [failed] = await take('later', 1);
    const why = { kind: 'release', delayMs: 120_000, error: 'not yet' };
    await acknowledge('later', [{ receipt: failed?.receipt, ...why }]);
    // What is delayed behind all that was delivered is passed over in the background.
    const body = await until(async () => {
      const found = (await gateways.get('/queues/later/scheduled')).body;
      return found.scheduled.length === 3 && found;
    });
    expect(body.scheduled).toMatchObject([
      { firstOffset: 2, deliveries: 0, lastError: null },
      { firstOffset: 1, deliveries: 1, lastError: 'not yet' },
      { firstOffset: 0, deliveries: 0 },
    ]);
    expect(body.next).toBeNull();
    const seen: number[] = [];
    for (let from: string | null = '0:0'; from !== null; ) {
      const page: ReturnType<typeof JSON.parse> = (
        await gateways.get(`/queues/later/scheduled?limit=1&from=${from}`)
      ).body;
      seen.push(...page.scheduled.map((one: { firstOffset: number }) => one.firstOffset));
      from = page.next;
    }
    expect(seen).toEqual([0, 1, 2]);
    expect((await gateways.get('/queues/none/scheduled')).body.code).toBe('UNKNOWN_GROUP');
  });
});

describe('what is blocked', () => {
  it('names the key, why, and how many wait behind it', async () => {
    const settings = { ordering: 'key', onExhausted: 'block', maxDeliveries: 1, backoff: 'none' };
    await gateways.post('/queues', { name: 'keyed', settings });
    const keys = ['a', 'b', 'a', 'a', 'b', 'c'];
    await enqueue(
      'keyed',
      keys.map((key, at) => ({ payload: at, key })),
    );
    const taken = await take('keyed', 2);
    await acknowledge(
      'keyed',
      taken.map(({ receipt }, at) => ({ receipt, kind: 'release', error: `no ${at}` })),
    );
    expect(await take('keyed', 10)).toMatchObject([{ offset: 5 }]);
    const { body } = await gateways.get('/queues/keyed/blocked-keys');
    expect(body.next).toBeNull();
    expect(body.keys).toMatchObject([
      { key: 'a', offset: 0, lastError: 'no 0', deliveries: 1, waiting: 2, waitingIsExact: true },
      { key: 'b', offset: 1, lastError: 'no 1', deliveries: 1, waiting: 1, waitingIsExact: true },
    ]);
    await enqueue('keyed', [{ payload: 6, key: 'a' }]);
    const more = (await gateways.get('/queues/keyed/blocked-keys')).body.keys;
    expect(more).toMatchObject([{ waiting: 3 }, { waiting: 1 }]);
    await gateways.post(`/queues/keyed/messages/${body.keys[0].id}/cancel`, undefined);
    const left = (await gateways.get('/queues/keyed/blocked-keys')).body.keys;
    expect(left).toMatchObject([{ key: 'b' }]);
  });
});
