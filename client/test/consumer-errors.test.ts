// What the consumer makes of errors, and how much it fetches ahead.
import { encodeBatch, MillraceError, type RequestOf, stampBatch } from '@millrace/protocol';
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
    const client = await clientOf(broker);
    const consumer = client.consumer({ topics: 't', codec: codecs.text });
    const old = Buffer.from(encodeBatch([{ value: Buffer.from('old') }], { nowMs: 1 }));
    stampBatch(old, 0, 1);
    log.appendTexts('t', 0, texts(1));
    const place = { topicId: 1, partition: 0, errorCode: 0, errorMessage: null };
    broker.handlers.Fetch = () => ({
      partitions: [{ ...place, startOffset: 0, endOffset: 1, batches: [old] }],
    });
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
  it('keeps to its bytes exactly, and says nothing more of idle partitions', async () => {
    const bound = 300_000;
    const { consumer, log, broker } = await setup({ maxBufferedBytes: bound }, 3);
    const size = 20_000;
    for (let n = 0; n < 60; n += 1) log.append('t', n % 2, [{ value: Buffer.alloc(size) }]);
    const real = broker.handlers.Fetch as Handler<'Fetch'>;
    let read = 0;
    let given = 0;
    let ahead = 0;
    broker.handlers.Fetch = async (body, call) => {
      const reply = (await real(body, call)) as unknown as {
        partitions: { batches: Uint8Array[] }[];
      };
      for (const { batches } of reply.partitions) {
        given += batches.reduce((sum, batch) => sum + batch.length, 0);
      }
      ahead = Math.max(ahead, given - read * size);
      return reply as never;
    };
    const iterator = consumer[Symbol.asyncIterator]();
    await iterator.next();
    await eventually(() => given > bound / 2);
    for (let n = 1; n < 60; n += 1) {
      await iterator.next();
      read += 1;
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(ahead).toBeLessThanOrEqual(bound + size);
    expect(given).toBeGreaterThan(60 * size);
    const last = () => broker.requests('Fetch').at(-1);
    await eventually(() => last()?.maxWaitMs !== 0);
    log.appendTexts('t', 2, ['ends the wait']);
    await iterator.next();
    await eventually(() => last()?.partitions.length === 0 && last()?.forgotten === null);
  });

  it('lets no partition that is paused keep the bytes from the others', async () => {
    const { consumer, log } = await setup({ maxBufferedBytes: 100_000 }, 2);
    const big = () => ({ value: Buffer.alloc(20_000) });
    for (let n = 0; n < 20; n += 1) log.append('t', 0, [big()]);
    const seen: number[] = [];
    const run = consumer.run({
      eachMessage: ({ partition, offset }) => {
        if (partition === 0 && offset === 1) consumer.pause([{ topic: 't', partition: 0 }]);
        seen.push(partition);
      },
    });
    await eventually(() => seen.length === 2);
    for (let n = 0; n < 20; n += 1) log.append('t', 1, [big()]);
    await eventually(() => seen.length === 22);
    consumer.resume();
    await eventually(() => seen.length === 40);
    expect(seen.filter((partition) => partition === 0).length).toBe(20);
    await consumer.close();
    await run;
  });
});

describe('fetch sessions', () => {
  const waiting = ({ broker }: { broker: { requests(api: 'Fetch'): RequestOf<'Fetch'>[] } }) =>
    broker.requests('Fetch').at(-1)?.maxWaitMs !== 0;

  it('begins anew where the connection was lost, an error came, or the broker has forgotten it', async () => {
    const context = await setup({}, 2);
    const { consumer, log, broker } = context;
    const iterator = consumer[Symbol.asyncIterator]();
    const next = async () => (await iterator.next()).value?.value;
    log.appendTexts('t', 0, ['a']);
    expect(await next()).toBe('a');
    const real = broker.handlers.Fetch as Handler<'Fetch'>;
    const trouble: [string, () => void][] = [
      ['b', () => broker.drop()],
      ['c', () => fail(new MillraceError('INTERNAL'))],
      ['d', () => fail(new MillraceError('UNKNOWN_FETCH_SESSION'))],
    ];
    const fail = (error: MillraceError) => {
      broker.handlers.Fetch = (body, call) => (body.isNewSession ? real(body, call) : error);
      log.appendTexts('t', 1, ['ends the wait']);
    };
    for (const [text, begin] of trouble) {
      await eventually(() => waiting(context));
      const before = broker.requests('Fetch').filter(({ isNewSession }) => isNewSession).length;
      begin();
      await eventually(
        () => broker.requests('Fetch').filter(({ isNewSession }) => isNewSession).length > before,
      );
      broker.handlers.Fetch = real;
      log.appendTexts('t', 0, [text]);
      let value = await next();
      while (value === 'ends the wait') value = await next();
      expect(value).toBe(text);
    }
  });

  it('names only what changes, and ends with the consumer', async () => {
    const context = await setup({}, 20);
    const { consumer, log, broker } = context;
    const iterator = consumer[Symbol.asyncIterator]();
    log.appendTexts('t', 3, ['a']);
    expect((await iterator.next()).value?.value).toBe('a');
    await eventually(() => waiting(context));
    const before = broker.count('Fetch');
    for (let n = 0; n < 10; n += 1) {
      log.appendTexts('t', 7, [`${n}`]);
      expect((await iterator.next()).value?.value).toBe(`${n}`);
    }
    const later = broker.requests('Fetch').slice(before);
    expect(later.map(({ partitions }) => partitions.length)).toEqual(later.map(() => 0));
    await consumer.close();
    await eventually(() => {
      const last = broker.requests('Fetch').at(-1);
      return last?.isNewSession === true && last.partitions.length === 0;
    });
  });
});
