// The consumer alone: where it begins, what it hands out, in which form, and what it makes of errors.
import { encodeBatch, stampBatch } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { type ConsumerMessage, type ConsumerOptions, codecs } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import type { Handler } from './support/fake-broker.ts';
import { FakeLog } from './support/fake-log.ts';

async function setup(options: Partial<ConsumerOptions<string>> = {}, partitions = 1) {
  const log = new FakeLog({ t: partitions });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  const consumer = client.consumer({ topics: 't', codec: codecs.text, ...options });
  return { log, broker, client, consumer };
}

const texts = (count: number, prefix = '') => Array.from({ length: count }, (_, n) => prefix + n);

/** Values of the next `count` messages. */
async function take(
  messages: AsyncIterable<ConsumerMessage<string>>,
  count: number,
): Promise<string[]> {
  const values: string[] = [];
  for await (const { value } of messages) {
    values.push(value);
    if (values.length === count) break;
  }
  return values;
}

describe('reading alone', () => {
  it('goes through all partitions, each in order, and waits for more', async () => {
    const { consumer, log } = await setup({}, 2);
    log.appendTexts('t', 0, texts(5, 'a'));
    log.appendTexts('t', 1, texts(5, 'b'));
    const values = await take(consumer, 10);
    expect(values.filter((value) => value.startsWith('a'))).toEqual(texts(5, 'a'));
    expect(values.filter((value) => value.startsWith('b'))).toEqual(texts(5, 'b'));
    setTimeout(() => log.appendTexts('t', 1, ['late']), 30);
    expect(await take(consumer, 1)).toEqual(['late']);
    expect(consumer.assignment).toEqual([
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ]);
  });

  it('reads the partitions it is told', async () => {
    const { consumer, log } = await setup({ partitions: [1] }, 2);
    log.appendTexts('t', 0, ['no']);
    log.appendTexts('t', 1, ['yes']);
    expect(await take(consumer, 1)).toEqual(['yes']);
    expect(consumer.assignment).toEqual([{ topic: 't', partition: 1 }]);
  });

  it.each<[ConsumerOptions<string>['from'], string]>([
    ['earliest', '3'],
    ['latest', 'new'],
    [{ offset: 7 }, '7'],
    [{ timestampMs: 5 }, '3'],
  ])('begins at %j', async (from, value) => {
    const { consumer, log } = await setup({ from, maxWaitMs: 50 });
    log.appendTexts('t', 0, texts(10));
    const partition = log.find(1, 0);
    if (partition !== undefined) partition.startOffset = 3;
    const reading = take(consumer, 1);
    await eventually(() => consumer.lag()[0]?.endOffset === 10);
    log.appendTexts('t', 0, ['new']);
    expect(await reading).toEqual([value]);
  });

  it('hands out what a message is', async () => {
    const { consumer, log } = await setup();
    const headers = [['h', Buffer.from('1')] as const, ['h', Buffer.from('2')] as const];
    log.append('t', 0, [
      { key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 44, headers },
      {},
    ]);
    const found: ConsumerMessage<string>[] = [];
    for await (const message of consumer) {
      found.push(message);
      if (found.length === 2) break;
    }
    const [first, second] = found;
    expect(first?.toJSON()).toEqual({
      topic: 't',
      partition: 0,
      offset: 0,
      timestampMs: 44,
      key: 'k',
      value: 'v',
      headers: { h: '2' },
    });
    expect(first?.header('h')).toBe('2');
    expect(first?.headers.length).toBe(2);
    expect(first?.id).toBe('00000001-0000-8000-8000-000000000000');
    expect(Buffer.from(first?.keyBytes ?? []).toString()).toBe('k');
    expect([second?.key, second?.value, second?.valueBytes]).toEqual([null, null, null]);
    expect(second?.header('h')).toBe(undefined);
  });

  it('goes on after a loop was left, with the message after the one in hand', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(6));
    expect(await take(consumer, 2)).toEqual(['0', '1']);
    expect(await take(consumer, 2)).toEqual(['2', '3']);
    expect(await take(consumer, 2)).toEqual(['4', '5']);
  });

  it('is read in one way at a time', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(3));
    for await (const message of consumer) {
      expect(() => consumer.batches()).toThrow('being read already');
      expect((await rejection(consumer.run({ eachMessage: () => {} }))).message).toMatch('already');
      if (message.offset === 1) break;
    }
  });

  it('lets several ask without waiting: each gets its own', async () => {
    const { consumer, log } = await setup();
    const iterator = consumer[Symbol.asyncIterator]();
    const all = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    log.appendTexts('t', 0, texts(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.appendTexts('t', 0, ['2']);
    expect((await all).map(({ value }) => value?.value)).toEqual(['0', '1', '2']);
  });

  it('ends its loops at close', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, ['only']);
    const reading = take(consumer, 100);
    await eventually(() => consumer.lag()[0]?.position === 1 || consumer.lag()[0]?.lag === 1);
    await consumer.close();
    expect(await reading).toEqual(['only']);
    expect(() => consumer.batches()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });

  it('is closed by its signal', async () => {
    const controller = new AbortController();
    const { consumer } = await setup({ signal: controller.signal });
    const reading = take(consumer, 1);
    controller.abort();
    expect(await reading).toEqual([]);
  });

  it('commits nothing', async () => {
    const { consumer, client, log } = await setup();
    log.appendTexts('t', 0, ['a']);
    expect((await rejection(consumer.commit())).code).toBe('INVALID_REQUEST');
    for await (const message of consumer) {
      expect((await rejection(message.commit())).code).toBe('INVALID_REQUEST');
      break;
    }
    expect(() => client.consumer({ topics: 't', commit: 'auto' })).toThrow('in a group only');
    expect(() => client.consumer({ topics: 't', group: 'g', partitions: [0] })).toThrow('group');
  });
});

describe('batches and handlers', () => {
  it('hand out neighbours of one partition', async () => {
    const { consumer, log } = await setup({ maxBatchMessages: 4 }, 2);
    log.appendTexts('t', 0, texts(10, 'a'));
    log.appendTexts('t', 1, texts(2, 'b'));
    const sizes: [number, number, number][] = [];
    let seen = 0;
    for await (const {
      partition,
      firstOffset,
      lastOffset,
      messages,
      endOffset,
    } of consumer.batches()) {
      expect(messages.map(({ offset }) => offset)).toEqual(
        Array.from({ length: lastOffset - firstOffset + 1 }, (_, n) => firstOffset + n),
      );
      expect(endOffset).toBe(partition === 0 ? 10 : 2);
      sizes.push([partition, firstOffset, lastOffset]);
      seen += messages.length;
      if (seen === 12) break;
    }
    expect(sizes.filter(([partition]) => partition === 0)).toEqual([
      [0, 0, 3],
      [0, 4, 7],
      [0, 8, 9],
    ]);
  });

  it('decode small stored batches together', async () => {
    const { consumer, log } = await setup();
    for (const text of texts(50)) log.appendTexts('t', 0, [text]);
    for await (const batch of consumer.batches()) {
      expect(batch.messages.length).toBe(50);
      break;
    }
  });

  it('work on so many partitions at a time, each in order', async () => {
    const { consumer, log } = await setup({}, 4);
    for (const partition of [0, 1, 2, 3])
      log.appendTexts('t', partition, texts(20, `${partition}.`));
    const running = new Set<number>();
    const seen: string[] = [];
    let most = 0;
    const run = consumer.run({
      concurrency: 3,
      eachMessage: async ({ partition, value }) => {
        expect(running.has(partition)).toBe(false);
        running.add(partition);
        most = Math.max(most, running.size);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running.delete(partition);
        seen.push(value);
      },
    });
    await eventually(() => seen.length === 80);
    await consumer.close();
    await run;
    expect(most).toBe(3);
    for (const partition of [0, 1, 2, 3]) {
      const of = seen.filter((value) => value.startsWith(`${partition}.`));
      expect(of).toEqual(texts(20, `${partition}.`));
    }
  });

  it('are waited for at close, and told when their time is over', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(5));
    const outcome: string[] = [];
    const run = consumer.run({
      eachMessage: async ({ value }, { signal }) => {
        outcome.push(`begin ${value}`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        outcome.push(`abort ${value}`);
      },
    });
    await eventually(() => outcome.length === 1);
    await consumer.close({ timeoutMs: 50 });
    await run;
    expect(outcome).toEqual(['begin 0', 'abort 0']);
  });

  it('end with the first error, and the consumer is closed', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(5));
    const error = await rejection(
      consumer.run({
        eachMessage: ({ value }) => {
          if (value === '3') throw new Error('three');
        },
      }),
    );
    expect(error.message).toBe('three');
    expect(() => consumer.batches()).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });

  it('take one kind of handler', async () => {
    const { consumer } = await setup();
    expect((await rejection(consumer.run({}))).code).toBe('INVALID_CONFIG');
  });
});

describe('moving about', () => {
  it('seek drops what was fetched', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(10));
    expect(await take(consumer, 3)).toEqual(['0', '1', '2']);
    consumer.seek({ topic: 't', partition: 0, offset: 8 });
    expect(await take(consumer, 2)).toEqual(['8', '9']);
    consumer.seek({ topic: 't', partition: 0, offset: 1 });
    expect(await take(consumer, 1)).toEqual(['1']);
    expect(() => consumer.seek({ topic: 't', partition: 9, offset: 1 })).toThrow('not read');
  });

  it('seek inside a loop, and while a fetch waits', async () => {
    const { consumer, log } = await setup();
    log.appendTexts('t', 0, texts(3));
    const values: string[] = [];
    for await (const { value } of consumer) {
      values.push(value);
      if (values.length === 1) consumer.seek({ topic: 't', partition: 0, offset: 2 });
      if (values.length === 2) {
        // The fetch at the end waits for seconds: the seek does not.
        setTimeout(() => consumer.seek({ topic: 't', partition: 0, offset: 0 }), 50);
      }
      if (values.length === 5) break;
    }
    expect(values).toEqual(['0', '2', '0', '1', '2']);
  });

  it('pause stops at once, resume goes on where it was', async () => {
    const { consumer, log } = await setup({}, 2);
    log.appendTexts('t', 0, texts(10, 'a'));
    const values: string[] = [];
    const run = consumer.run({
      eachMessage: ({ value }) => {
        values.push(value);
        if (value === 'a3') consumer.pause([{ topic: 't', partition: 0 }]);
      },
    });
    await eventually(() => values.length === 4);
    log.appendTexts('t', 1, ['b']);
    await eventually(() => values.includes('b'));
    expect(values.filter((value) => value !== 'b')).toEqual(texts(4, 'a'));
    consumer.resume();
    await eventually(() => values.length === 11);
    await consumer.close();
    await run;
    expect(values.filter((value) => value !== 'b')).toEqual(texts(10, 'a'));
  });
});

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
    const { consumer, log, broker } = await setup();
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
    expect(broker.count('Fetch')).toBeLessThan(60);
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
