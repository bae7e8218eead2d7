// The producer: what goes together, in which order, and what is refused before it leaves.
import { partitionForKey, readRecords } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { SendBatchError } from '../src/index.ts';
import { rejection } from './support/eventually.ts';
import type { Handler } from './support/fake-broker.ts';
import { refusal } from './support/fake-log.ts';
import { numbers, setup, stored } from './support/producer-setup.ts';

describe('send', () => {
  it('tells where the message is', async () => {
    const { producer, log } = await setup();
    await producer.send({ topic: 't', value: 'zero' });
    const headers = { one: 'eins', two: Buffer.from([2]) };
    const sent = await producer.send({
      topic: 't',
      key: 'k',
      value: 'one',
      headers,
      timestampMs: 7,
    });
    const where = { topic: 't', partition: 0, offset: 1, timestampMs: 2_000 };
    expect(sent).toEqual({ ...where, duplicate: false });
    const [record] = readRecords(log.topics.get('t')?.partitions[0]?.batches[1] as Uint8Array);
    expect(record?.timestampMs).toBe(7);
    expect(Buffer.from(record?.key ?? []).toString()).toBe('k');
    expect(record?.headers.map(([name, bytes]) => [name, [...bytes]])).toEqual([
      ['one', [...Buffer.from('eins')]],
      ['two', [2]],
    ]);
  });

  it('puts into one request what is sent in one tick, in order', async () => {
    const { producer, broker, log } = await setup();
    const sent = await Promise.all(
      numbers(50).map((value) => producer.send({ topic: 't', value })),
    );
    expect(sent.map(({ offset }) => offset)).toEqual(numbers(50).map(Number));
    expect(stored(log)).toEqual(numbers(50));
    // The first of them had to ask where the topic is.
    expect(broker.count('Produce')).toBeLessThanOrEqual(2);
  });

  it('gathers what comes while a batch is on its way', async () => {
    const { producer, broker, log } = await setup();
    await producer.send({ topic: 't', value: 'first' });
    const all: Promise<unknown>[] = [];
    const before = broker.count('Produce');
    for (const value of numbers(200)) {
      all.push(producer.send({ topic: 't', value }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(stored(log).slice(1)).toEqual(numbers(200));
    expect(broker.count('Produce') - before).toBeLessThan(150);
  });

  it('waits for the linger time, or for a full batch', async () => {
    const { client, producer, broker } = await setup({ lingerMs: 200 });
    const from = performance.now();
    await producer.send({ topic: 't', value: 'a' });
    expect(performance.now() - from).toBeGreaterThan(195);
    // Longer than the test may take: these do not wait for it.
    const slow = client.producer({ lingerMs: 3_600_000, batchBytes: 10_000 });
    await slow.send({ topic: 't', value: 'x'.repeat(11_000) });
    const lingering = slow.send({ topic: 't', value: 'b' });
    await slow.flush();
    await lingering;
    expect(broker.count('Produce')).toBe(3);
  });

  it('keeps keys together and spreads what has none', async () => {
    const { producer, log } = await setup({ batchBytes: 100 }, 4);
    for (const key of numbers(40)) await producer.send({ topic: 't', key, value: key });
    for (const key of numbers(40)) {
      const partition = partitionForKey(Buffer.from(key), 4);
      expect(stored(log, 't', partition)).toContain(key);
    }
    const partitions = new Set<number>();
    for (const value of numbers(8)) {
      partitions.add((await producer.send({ topic: 't', value })).partition);
    }
    expect(partitions.size).toBe(4);
  });

  it('takes the partition it is told, also one that was added since', async () => {
    const { producer, log } = await setup({}, 2);
    expect((await producer.send({ topic: 't', partition: 1, value: 'a' })).partition).toBe(1);
    log.topics.get('t')?.partitions.push({ startOffset: 0, endOffset: 0, batches: [] });
    expect((await producer.send({ topic: 't', partition: 2, value: 'a' })).partition).toBe(2);
    const error = await rejection(producer.send({ topic: 't', partition: 3, value: 'a' }));
    expect(error.code).toBe('UNKNOWN_PARTITION');
  });

  it.each([-1, 0.5, Number.NaN])('refuses a partition that cannot be: %d', async (partition) => {
    const { producer, broker } = await setup();
    await producer.send({ topic: 't', value: 'a' });
    const code = 'UNKNOWN_PARTITION';
    expect(await rejection(producer.send({ topic: 't', value: 'b', partition }))).toMatchObject({
      code,
    });
    const batch = producer.sendBatch('t', [{ value: 'b', partition }]);
    expect(await rejection(batch)).toMatchObject({ code, failures: 1 });
    expect(broker.count('Produce')).toBe(1);
  });

  it('sends records without a value, and compressed batches', async () => {
    const { producer, log } = await setup({ compression: 'gzip' });
    await producer.sendBatch('t', [{ value: null }, { value: 'x'.repeat(50_000) }]);
    const [batch] = log.topics.get('t')?.partitions[0]?.batches ?? [];
    expect((batch as Uint8Array).length).toBeLessThan(1_000);
    expect(readRecords(batch as Uint8Array)[0]?.value).toBe(null);
  });
});

describe('what cannot be sent', () => {
  it('an unknown topic', async () => {
    const { producer } = await setup();
    const error = await rejection(producer.send({ topic: 'none', value: 'a' }));
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC' });
    expect(error.message).toContain("'none'");
  });

  it('a value that the codec refuses, or too large a message: nothing leaves', async () => {
    const { producer, broker, client } = await setup();
    const wrong = await rejection(producer.send({ topic: 't', value: 7 as unknown as string }));
    expect(wrong.code).toBe('CODEC_FAILED');
    const large = await rejection(producer.send({ topic: 't', value: 'x'.repeat(1_048_577) }));
    expect(large).toMatchObject({ code: 'MESSAGE_TOO_LARGE', detail: { limit: '1048576 bytes' } });
    const json = client.producer();
    expect((await rejection(json.send({ topic: 't', value: () => {} }))).code).toBe('CODEC_FAILED');
    expect(broker.count('Produce')).toBe(0);
  });

  it('a batch of which one message is wrong: nothing of it leaves', async () => {
    const { producer, broker } = await setup();
    const messages = [{ value: 'a' }, { value: 7 as unknown as string }];
    expect((await rejection(producer.sendBatch('t', messages))).code).toBe('CODEC_FAILED');
    expect(broker.count('Produce')).toBe(0);
  });

  it('a record the protocol has no room for: its neighbours go', async () => {
    const { producer } = await setup();
    await producer.send({ topic: 't', value: 'first' });
    const wrong = rejection(producer.send({ topic: 't', value: 'b', timestampMs: -1 }));
    const right = producer.send({ topic: 't', value: 'c' });
    expect((await wrong).code).toBe('INVALID_REQUEST');
    expect((await right).offset).toBe(1);
  });
});

describe('sendBatch', () => {
  it('gives all offsets by position', async () => {
    const { producer, log } = await setup({}, 3);
    const messages = numbers(1_000).map((key) => ({ key, value: key }));
    const { offsets, partitions, topicId } = await producer.sendBatch('t', messages);
    expect(topicId).toBe(log.topics.get('t')?.topicId);
    const texts = [0, 1, 2].map((partition) => stored(log, 't', partition));
    for (const [at, { key }] of messages.entries()) {
      expect(partitions[at]).toBe(partitionForKey(Buffer.from(key), 3));
      expect(texts[partitions[at] as number]?.[offsets[at] as number]).toBe(key);
    }
  });

  it('keeps its order with sends before and after it, over many batches', async () => {
    const { producer, log } = await setup({ batchBytes: 200 });
    const [one, , three] = await Promise.all([
      producer.send({ topic: 't', value: 'one' }),
      producer.sendBatch(
        't',
        numbers(500).map((value) => ({ value })),
      ),
      producer.send({ topic: 't', value: 'three' }),
    ]);
    expect([one.offset, three.offset]).toEqual([0, 501]);
    expect(stored(log)).toEqual(['one', ...numbers(500), 'three']);
  });

  it('says which messages failed', async () => {
    const { producer, broker } = await setup({}, 2);
    const real = broker.handlers.Produce as Handler<'Produce'>;
    broker.handlers.Produce = async (body, call) => {
      const reply = (await real(body, call)) as { results: object[] };
      const results = body.batches.map(({ partition }, at) =>
        partition === 1 ? refusal('MESSAGE_TOO_LARGE') : reply.results[at],
      );
      return { results } as never;
    };
    const messages = [0, 1, 0, 1, 1].map((partition) => ({ partition, value: 'a' }));
    const error = (await rejection(producer.sendBatch('t', messages))) as SendBatchError;
    expect(error).toBeInstanceOf(SendBatchError);
    expect(error.code).toBe('MESSAGE_TOO_LARGE');
    expect(error.failures).toBe(3);
    expect(error.offsets).toEqual([0, -1, 1, -1, -1]);
    expect(error.topicId).toBeGreaterThan(0);
    expect(error.message).toContain('3 of 5');
  });

  it('takes no messages', async () => {
    const { producer } = await setup();
    expect((await producer.sendBatch('t', [])).offsets).toEqual([]);
  });
});
