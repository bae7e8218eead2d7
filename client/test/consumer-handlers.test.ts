// The consumer's other forms, batches and handlers, and moving about: seek, pause, resume.
import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { setup, take, texts } from './support/consumer-setup.ts';
import { eventually, rejection } from './support/eventually.ts';
import type { Handler } from './support/fake-broker.ts';

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

  it('work on what has come while the next is asked for, though they never let go of the thread', async () => {
    const { consumer, log, broker } = await setup();
    const sends = vi.spyOn(Socket.prototype, 'uncork');
    const isOurs = (socket: unknown) =>
      socket instanceof Socket && broker.address.endsWith(`:${socket.remotePort}`);
    const sent = () => sends.mock.contexts.filter(isOurs).length;
    const reading = (async () => {
      for await (const { value } of consumer) {
        if (value === '0') return sent();
      }
      return 0;
    })();
    await eventually(() => broker.requests('Fetch').length === 2);
    const before = sent();
    log.appendTexts('t', 0, texts(100));
    expect(await reading).toBe(before + 1);
    sends.mockRestore();
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

  it('what was asked for before a seek no longer counts', async () => {
    const { consumer, log, broker } = await setup();
    log.appendTexts('t', 0, texts(3));
    expect(await take(consumer, 3)).toEqual(texts(3));
    await eventually(() => broker.requests('Fetch').at(-1)?.maxWaitMs !== 0);
    const real = broker.handlers.Fetch as Handler<'Fetch'>;
    broker.handlers.Fetch = (body, call) => {
      // What waits is told of this; the reply crosses the request that names the offset sought.
      if (body.partitions[0]?.offset === 1) log.appendTexts('t', 0, ['late']);
      return real(body, call);
    };
    consumer.seek({ topic: 't', partition: 0, offset: 1 });
    expect(await take(consumer, 3)).toEqual(['1', '2', 'late']);
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
