// What the consumer makes of errors, and how much it fetches ahead.
import { encodeBatch, stampBatch } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/index.ts';
import { setup, take, texts } from './support/consumer-setup.ts';
import { clientOf, eventually, rejection } from './support/eventually.ts';
import type { Handler } from './support/fake-broker.ts';

describe('what goes wrong', () => {
  it.each<['earliest' | 'latest', string]>([
    ['earliest', '3'],
    ['latest', 'new'],
  ])('an offset that is gone: %s', async (onOutOfRange, value) => {
    const { consumer, log } = await setup({ from: { offset: 1 }, onOutOfRange, maxWaitMs: 50 });
    log.appendTexts('t', 0, texts(10));
    (log.find(1, 0) as { startOffset: number }).startOffset = 3;
    const reading = take(consumer, 1);
    await eventually(() => (consumer.lag()[0]?.endOffset ?? -1) === 10);
    log.appendTexts('t', 0, ['new']);
    expect(await reading).toEqual([value]);
  });

  it('an offset that is gone, as an error', async () => {
    const { consumer, log } = await setup({ from: { offset: 99 }, onOutOfRange: 'error' });
    log.appendTexts('t', 0, texts(10));
    const error = await rejection(take(consumer, 1));
    expect(error.code).toBe('OFFSET_OUT_OF_RANGE');
    expect(error.message).toContain('t/0');
  });

  it('an offset past the end that the caller named: an error, not everything again', async () => {
    const { client, log } = await setup();
    log.appendTexts('t', 0, texts(10));
    const options = { topics: 't', codec: codecs.text, maxWaitMs: 20 };
    const late = client.consumer({ ...options, from: { offset: 11 } });
    expect((await rejection(take(late, 1))).code).toBe('OFFSET_OUT_OF_RANGE');
    const sought = client.consumer(options);
    const reading = sought[Symbol.asyncIterator]();
    await reading.next();
    sought.seek({ topic: 't', partition: 0, offset: 11 });
    expect((await rejection(reading.next())).code).toBe('OFFSET_OUT_OF_RANGE');
    const atEnd = take(client.consumer({ ...options, from: { offset: 10 } }), 1);
    log.appendTexts('t', 0, ['next']);
    expect(await atEnd).toEqual(['next']);
  });

  it('an unknown topic or partition', async () => {
    const { client } = await setup();
    const one = client.consumer({ topics: 'none' });
    expect((await rejection(one[Symbol.asyncIterator]().next())).code).toBe('UNKNOWN_TOPIC');
    const two = client.consumer({ topics: 't', partitions: [4] });
    expect((await rejection(two.run({ eachBatch: () => {} }))).code).toBe('UNKNOWN_PARTITION');
  });

  it('a corrupt batch', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(3));
    const bad = Buffer.from(encodeBatch([{ value: Buffer.from('bad') }], { nowMs: 1 }));
    bad[bad.length - 3] = (bad[bad.length - 3] as number) ^ 1;
    log.store(log.find(1, 0) as never, bad);
    const error = await rejection(take(consumer, 4));
    expect(error.code).toBe('CORRUPT_BATCH');
    expect(error.message).toContain('t/0');
  });

  it('a broker that sends the same again: no loop without a pause', async () => {
    const { log, broker } = await setup();
    const client = await clientOf(broker, { retry: { firstDelayMs: 1_000, maxDelayMs: 1_000 } });
    const consumer = client.consumer({ topics: 't', codec: codecs.text });
    const old = Buffer.from(encodeBatch([{ value: Buffer.from('old') }], { nowMs: 1 }));
    stampBatch(old, 0, 1);
    log.appendTexts('t', 0, texts(1));
    const real = broker.handlers.Fetch as Handler<'Fetch'>;
    broker.handlers.Fetch = async (body, call) => {
      const reply = (await real({ ...body, maxWaitMs: 0 }, call)) as { partitions: object[] };
      return { partitions: reply.partitions.map((part) => ({ ...part, batches: [old] })) } as never;
    };
    expect(await take(consumer, 1)).toEqual(['old']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(broker.count('Fetch')).toBeLessThan(10);
  });

  it('a value that cannot be decoded: thrown where it is read', async () => {
    const { client, log } = await setup();
    log.appendTexts('t', 0, ['{"n":1}', 'no', '{"n":2}']);
    const values: unknown[] = [];
    for await (const message of client.consumer({ topics: 't' })) {
      try {
        values.push(message.value);
      } catch (error) {
        values.push((error as { code: string }).code);
      }
      if (values.length === 3) break;
    }
    expect(values).toEqual([{ n: 1 }, 'CODEC_FAILED', { n: 2 }]);
  });

  it('a value that cannot be decoded: passed over, and told', async () => {
    const { client, log } = await setup();
    log.appendTexts('t', 0, ['{"n":1}', 'no', '{"n":2}', 'never']);
    const told: [number, string][] = [];
    const options = {
      topics: 't',
      onDecodeError: (error: { code: string }, { offset }: { offset: number }) => {
        told.push([offset, error.code]);
      },
    };
    const values: unknown[] = [];
    for await (const { value } of client.consumer(options)) {
      values.push(value);
      if (values.length === 2) break;
    }
    expect(values).toEqual([{ n: 1 }, { n: 2 }]);
    expect(told).toEqual([[1, 'CODEC_FAILED']]);
    for await (const { messages } of client
      .consumer({ topics: 't', onDecodeError: 'skip' })
      .batches()) {
      expect(messages.map(({ offset }) => offset)).toEqual([0, 2]);
      break;
    }
  });

  it('a connection that is lost again and again', async () => {
    const { consumer, log, broker } = await setup();
    const reading = take(consumer, 50);
    for (const text of texts(50)) {
      log.appendTexts('t', 0, [text]);
      if (Number(text) % 10 === 5) broker.drop();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(await reading).toEqual(texts(50));
  });
});

describe('prefetching', () => {
  it('keeps to its bytes, and asks for idle partitions together', async () => {
    const { consumer, log, broker } = await setup({ maxBufferedBytes: 300_000, maxWaitMs: 200 }, 3);
    for (let n = 0; n < 30; n += 1) log.append('t', 0, [{ value: Buffer.alloc(20_000) }]);
    const real = broker.handlers.Fetch as Handler<'Fetch'>;
    const asked: number[][] = [];
    let given = 0;
    broker.handlers.Fetch = async (body, call) => {
      asked.push(body.partitions.map(({ partition }) => partition));
      const reply = (await real(body, call)) as unknown as {
        partitions: { batches: Uint8Array[] }[];
      };
      for (const [at, part] of reply.partitions.entries()) {
        const most = body.partitions[at]?.maxBytes ?? 0;
        let bytes = 0;
        part.batches = part.batches.filter((batch) => {
          bytes += batch.length;
          return bytes === batch.length || bytes <= most;
        });
        given += part.batches.reduce((sum, batch) => sum + batch.length, 0);
      }
      return reply as never;
    };
    const iterator = consumer[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Half of a third of the bound, but 64 KiB at least, is asked for at a time, and once more while that is read.
    expect(given).toBeLessThan(300_000);
    for (let n = 1; n < 30; n += 1) await iterator.next();
    expect(given).toBeGreaterThan(600_000);
    await eventually(() => asked.at(-1)?.length === 3);
  });
});
