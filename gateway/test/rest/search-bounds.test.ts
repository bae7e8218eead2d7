// What a search of a log costs stays bounded, and it gets on, whatever is in the log. Over a real broker.

import { type Client, codecs, connect } from '@millrace/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PartitionScan } from '../../src/rest/search/partition-scan.ts';
import { type Json, RestBench } from './support/rest-bench.ts';

let bench: RestBench;
let client: Client;
beforeAll(async () => {
  bench = await RestBench.start();
  client = await connect({ brokers: bench.broker.address, codec: codecs.bytes });
});
afterAll(async () => {
  await client.close();
  await bench.close();
});

const search = async (topic: string, query: string) => {
  const { status, text, body } = await bench.get(`/topics/${topic}/search?${query}`);
  if (status !== 200) throw new Error(text);
  return body;
};

test('[H-28] [H-30] a search gets on where each of many partitions has more than its share', async () => {
  const [partitions, each] = [64, 20];
  await client.admin.createTopic({ name: 'wide', partitions });
  const producer = client.producer();
  const value = Buffer.alloc(6_000, 'x');
  await Promise.all(
    Array.from({ length: partitions * each }, (_, at) =>
      producer.send({ topic: 'wide', partition: at % partitions, value }),
    ),
  );
  for (const order of ['newest', 'oldest']) {
    const ids: string[] = [];
    let next = '';
    for (let page = 0; page < 3; page += 1) {
      const found = await search('wide', `order=${order}&limit=50${next}`);
      expect(found.looked).toBeGreaterThan(0);
      ids.push(...found.matches.map(({ id }: Json) => id));
      next = `&from=${found.next}`;
    }
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('[H-30] what is packed small and is large is unpacked as far as there is room for it', async () => {
  await client.admin.createTopic({ name: 'packed' });
  const producer = client.producer({ compression: 'gzip', maxInFlight: 1 });
  const [count, bytes] = [40, 500_000];
  for (let at = 0; at < count; at += 1) {
    await producer.send({ topic: 'packed', value: Buffer.alloc(bytes, at) });
  }
  const place = { topic: 'packed', partition: 0, startOffset: 0, endOffset: count };
  for (const order of ['newest', 'oldest'] as const) {
    const begin = order === 'newest' ? count : 0;
    const scan = new PartitionScan(client, place, order, begin, {
      bytesMax: 2 * bytes,
      window: 100,
    });
    const offsets: number[] = [];
    let mostWaiting = 0;
    while (!scan.isDone) {
      await scan.fill();
      const before = offsets.length;
      for (; scan.head !== undefined; scan.take()) offsets.push(scan.head.offset);
      mostWaiting = Math.max(mostWaiting, offsets.length - before);
    }
    expect(mostWaiting).toBe(2);
    const all = Array.from({ length: count }, (_, at) => at);
    expect(offsets).toEqual(order === 'newest' ? all.toReversed() : all);
  }
});

test('[H-28] dead letters that are packed small fill a page by what they are', async () => {
  const url = '/queues/packed/dead-letters/messages?limit=1000';
  const { body } = await bench.get(url);
  expect([body.letters.length, body.looked, body.next]).toEqual([34, 34, '0:34']);
  const { body: rest } = await bench.get(`${url}&from=0:34`);
  expect([rest.letters.length, rest.next]).toEqual([6, null]);
});

test('[H-30] headers count as what was found', async () => {
  await client.admin.createTopic({ name: 'heads' });
  const headers = { large: 'x'.repeat(900_000) };
  const producer = client.producer();
  for (let at = 0; at < 5; at += 1) await producer.send({ topic: 'heads', value: null, headers });
  const { matches, next } = await search('heads', 'limit=500');
  expect([matches.length, next]).toEqual([3, 'n:2']);
});

test('[H-30] a member of JSON is found whatever the order of its own, beside what is deeper than a stack', async () => {
  await client.admin.createTopic({ name: 'deep' });
  const producer = client.producer();
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  for (const text of [deep, '{"a":{"b":1,"c":[2,{"d":null}]}}', '{"a":[1]}', '{"a":{"b":1}}']) {
    await producer.send({ topic: 'deep', value: Buffer.from(text) });
  }
  const found = async (value: unknown) => {
    const text = encodeURIComponent(JSON.stringify(value));
    const { matches } = await search('deep', `field=a&value=${text}`);
    return matches.map(({ offset }: Json) => offset);
  };
  expect(await found({ c: [2, { d: null }], b: 1 })).toEqual([1]);
  expect(await found({ b: 1 })).toEqual([3]);
  expect(await found([1])).toEqual([2]);
  expect(await found([[]])).toEqual([]);
  expect(await found({ 0: 1 })).toEqual([]);
});
