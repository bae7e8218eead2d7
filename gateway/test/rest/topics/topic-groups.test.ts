// Topics as they are looked at: their sizes in a list, and where each group stands in each partition.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gateways } from '../support/gateways.ts';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await Gateways.start();
});
afterAll(() => gateways.close());

const records = (...partitions: readonly number[]) => ({
  records: partitions.map((partition, at) => ({ payload: at, partition })),
});

describe('where groups stand', () => {
  it('tells of both kinds, and of those alone that read the topic', async () => {
    await gateways.post('/topics', { name: 'seen', partitions: 2 });
    await gateways.post('/topics', { name: 'other' });
    await gateways.post('/topics/seen/records', records(0, 0, 0, 1, 1));
    await gateways.post('/groups', { group: 'workers', topics: ['seen'] });
    await gateways.post('/groups', { group: 'elsewhere', topics: ['other'] });
    for (const [group, topic] of [
      ['audit', 'seen'],
      ['strangers', 'other'],
    ] as const) {
      const partitions = [{ topic, partition: 0 }];
      const reset = { to: { offset: topic === 'seen' ? 2 : 0 }, partitions };
      expect((await gateways.post(`/groups/${group}/reset`, reset)).status).toBe(200);
    }
    const { body: took } = await gateways.get(
      '/consume?topic=seen&group=workers&max=5&waitMs=5000',
    );
    const done = took.messages.filter(({ offset }: { offset: number }) => offset !== 1);
    await gateways.post('/ack', {
      receipts: done.map(({ receipt }: { receipt: string }) => receipt),
    });

    const { body } = await gateways.get('/topics/seen/groups');
    expect(body.partitions).toEqual([
      { partition: 0, startOffset: 0, endOffset: 3 },
      { partition: 1, startOffset: 0, endOffset: 2 },
    ]);
    expect(body.next).toBeNull();
    expect(body.groups).toMatchObject([
      {
        group: 'audit',
        kind: 'consumer',
        partitions: [
          { partition: 0, offset: 2, lag: 1 },
          { partition: 1, offset: null, lag: 2 },
        ],
      },
      { group: 'workers', kind: 'share' },
    ]);
    const [first, second] = body.groups[1].partitions;
    const leased = took.messages.filter(({ offset }: { offset: number }) => offset === 1);
    const inFirst = leased.filter(({ partition }: { partition: number }) => partition === 0).length;
    const inSecond = leased.length - inFirst;
    expect(first).toMatchObject({ cursor: 3, unresolved: inFirst, leased: inFirst });
    expect(first.firstUnresolvedOffset).toBe(inFirst === 1 ? 1 : 3);
    expect(second).toMatchObject({ cursor: 2, unresolved: inSecond, leased: inSecond });
    expect(second.firstUnresolvedOffset).toBe(inSecond === 1 ? 1 : 2);
  });

  it('comes a page at a time', async () => {
    await gateways.post('/topics', { name: 'many' });
    for (const group of ['g1', 'g2', 'g3']) {
      await gateways.post('/groups', { group, topics: ['many'] });
    }
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const { body } = await gateways.get(`/topics/many/groups?limit=1&after=${after}`);
      seen.push(...body.groups.map(({ group }: { group: string }) => group));
      after = body.next;
    }
    expect(seen).toEqual(['g1', 'g2', 'g3']);
    expect((await gateways.get('/topics/none/groups')).body.code).toBe('UNKNOWN_TOPIC');
  });
});

describe('a list of topics', () => {
  it('has sizes where they are asked for', async () => {
    await gateways.post('/topics', { name: 'sized', partitions: 3 });
    await gateways.post('/topics/sized/records', records(0, 1, 1, 2));
    await gateways.post('/topics/sized/delete-records', {
      partitions: [{ partition: 1, beforeOffset: 1 }],
    });
    const { body } = await gateways.get('/topics?size=true&after=sizeb&limit=1');
    expect(body.topics).toMatchObject([
      { name: 'sized', partitions: 3, size: { records: 3, endOffsets: 4 } },
    ]);
    expect(body.topics[0].size.bytes).toBeGreaterThan(0);
    expect(body.topics[0].size.segments).toBeGreaterThanOrEqual(3);
    const plain = await gateways.get('/topics?after=sizeb&limit=1');
    expect(plain.body.topics[0]).not.toHaveProperty('size');
  });
});
