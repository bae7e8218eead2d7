// Consume, transform, produce: what goes into a transaction, in which order, and what becomes of handlers that fail.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { type MillraceError, PartialFailure } from '../src/index.ts';
import { eventually, rejection } from './support/eventually.ts';
import { setup, texts } from './support/transform-setup.ts';

describe('a transformer', () => {
  it('commits what it made of an input together with its offset', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(100));
    const transformer = transform({
      eachMessage: ({ value, key }, { produce }) => {
        produce('out', { key, value: `${value}!`, partition: 1 });
        if (Number(value) % 10 === 0) produce('other', { value });
      },
    });
    await eventually(() => group.committed() === 100);
    expect(textsIn('out')[1]).toEqual(texts(100).map((text) => `${text}!`));
    expect(textsIn('other')[0]).toEqual(texts(100).filter((text) => Number(text) % 10 === 0));
    const [first] = transactions.done;
    expect(first?.offsets[0]).toMatchObject({ group: 'g', memberEpoch: group.epoch });
    expect(first?.offsets[0]?.memberId).toBe(group.beats[0]?.memberId);
    expect(group.commits).toEqual([]);
    await transformer.close();
    await transformer.finished;
    expect(transformer.stats).toMatchObject({ handled: 100, produced: 110, dropped: 0 });
    expect(group.leaves.length).toBe(1);
  });

  it('commits inputs of which nothing was made', async () => {
    const { log, group, transactions, transform } = await setup();
    log.appendTexts('t', 0, texts(10));
    transform({ eachMessage: () => {} });
    await eventually(() => group.committed() === 10);
    expect(transactions.done.every(({ batches }) => batches.length === 0)).toBe(true);
  });

  it('waits for handlers, one after the other in a partition, several partitions at a time', async () => {
    const { log, group, transform, textsIn } = await setup([0, 1]);
    log.appendTexts('t', 0, texts(20, 'a'));
    log.appendTexts('t', 1, texts(20, 'b'));
    let running = 0;
    let most = 0;
    transform({
      eachMessage: async ({ value, partition }, { produce }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        produce('out', { value, partition });
        running -= 1;
      },
    });
    await eventually(() => group.committed(0) === 20 && group.committed(1) === 20);
    expect(most).toBe(2);
    expect(textsIn('out')).toEqual([texts(20, 'a'), texts(20, 'b'), []]);
  });

  it('takes batches whole', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(50));
    transform({
      maxBatchMessages: 20,
      eachBatch: ({ messages }, { produce }) => {
        produce('other', { value: messages.map(({ value }) => value).join(' ') });
      },
    });
    await eventually(() => group.committed() === 50);
    expect(textsIn('other')[0]?.join(' ')).toBe(texts(50).join(' '));
    const ends = transactions.done.map(({ offsets }) => offsets[0]?.offsets[0]?.offset ?? -1);
    expect(ends.every((end) => end % 20 === 0 || end === 50)).toBe(true);
  });

  it('sends the next transaction of a partition after the one before, and goes on meanwhile', async () => {
    const { log, group, transactions, transform } = await setup();
    log.appendTexts('t', 0, ['0']);
    let release = () => {};
    const gate = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    transactions.before = () => (transactions.came.length === 1 ? gate : undefined);
    let handled = 0;
    transform({
      eachMessage: ({ value }, { produce }) => {
        handled += 1;
        produce('other', { value });
      },
    });
    await eventually(() => transactions.came.length === 1);
    for (const text of texts(30, 'more')) log.appendTexts('t', 0, [text]);
    await eventually(() => handled === 31);
    expect(transactions.came.length).toBe(1);
    release();
    await eventually(() => group.committed() === 31);
    // What was handled meanwhile went together.
    expect(transactions.done.length).toBe(2);
  });

  it('holds handlers up while too much is without an outcome', async () => {
    const { log, group, transactions, transform } = await setup();
    let release = () => {};
    const gate = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    transactions.before = () => gate;
    for (let n = 0; n < 40; n += 1) log.appendTexts('t', 0, texts(10));
    let handled = 0;
    transform({
      maxUncommittedBytes: 10_000,
      eachMessage: (_, { produce }) => {
        handled += 1;
        produce('other', { value: 'x'.repeat(1_000) });
      },
    });
    await eventually(() => handled === 10);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(handled).toBe(10);
    release();
    await eventually(() => group.committed() === 400);
  });

  it('splits what does not fit into one transaction', async () => {
    const { log, group, transactions, transform } = await setup();
    log.appendTexts('t', 0, texts(400));
    transform({
      eachMessage: (_, { produce }) => {
        for (let n = 0; n < 1_000; n += 1) produce('other', { value: '' });
      },
    });
    await eventually(() => group.committed() === 400, 20_000);
    const records = transactions.done.map(({ batches }) =>
      batches.reduce((sum, { batch }) => sum + Buffer.from(batch).length, 0),
    );
    expect(transactions.done.length).toBeGreaterThan(3);
    expect(Math.max(...records)).toBeLessThan(LIMITS.frameBytesMax);
  });
});

describe('what cannot be done', () => {
  it('a handler that throws ends it: what was handled before is committed, nothing of that call', async () => {
    const { log, group, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(10));
    const transformer = transform({
      eachMessage: async ({ value }, { produce }) => {
        produce('other', { value });
        if (value === '5') throw new PartialFailure([]);
      },
    });
    expect(await rejection(transformer.finished)).toBeInstanceOf(PartialFailure);
    expect(group.committed()).toBe(5);
    expect(textsIn('other')[0]).toEqual(texts(5));
    expect(group.leaves.length).toBe(1);
  });

  it('an output that cannot be sent', async () => {
    const { log, transform } = await setup();
    log.appendTexts('t', 0, ['0']);
    const ends = async (topic: string, message: { value: unknown; partition?: number }) =>
      (
        await rejection(
          transform({ eachMessage: (_, { produce }) => produce(topic, message) }).finished,
        )
      ).code;
    expect(await ends('nowhere', { value: '' })).toBe('UNKNOWN_TOPIC');
    expect(await ends('out', { value: '', partition: 3 })).toBe('UNKNOWN_PARTITION');
    expect(await ends('out', { value: 7 })).toBe('CODEC_FAILED');
    expect(await ends('out', { value: 'x'.repeat(LIMITS.messageBytesMax) })).toBe(
      'MESSAGE_TOO_LARGE',
    );
    expect(await ends('', { value: '' })).toBe('INVALID_REQUEST');
  });

  it('more outputs of one input than a transaction holds', async () => {
    const { log, group, transform } = await setup();
    log.create('wide', 100);
    log.appendTexts('t', 0, ['0']);
    const bytes = transform({
      eachMessage: (_, { produce }) => {
        for (;;) produce('out', { value: 'x'.repeat(500_000) });
      },
    });
    const error = (await rejection(bytes.finished)) as MillraceError;
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: { field: 'produce' } });
    const partitions = transform({
      eachMessage: (_, { produce }) => {
        for (let partition = 0; partition < 99; partition += 1)
          produce('wide', { value: '', partition });
      },
    });
    expect(await rejection(partitions.finished)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'produce', limit: '98 partitions' },
    });
    expect(group.committed() ?? 0).toBe(0);
  });

  it('produce() after the handler has ended', async () => {
    const { log, group, transform } = await setup();
    log.appendTexts('t', 0, ['0']);
    let late: (() => void) | undefined;
    transform({
      eachMessage: (_, { produce }) => {
        late = () => produce('out', { value: '' });
      },
    });
    await eventually(() => group.committed() === 1);
    expect(late).toThrow(expect.objectContaining({ code: 'CLIENT_CLOSED' }));
  });

  it('options that cannot work', async () => {
    const { client } = await setup();
    const eachMessage = () => {};
    const refused = (options: object) => {
      const all = { topics: 't', group: 'g', ...options } as never;
      expect(() => client.transformer(all)).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG' }),
      );
    };
    refused({});
    refused({ eachMessage, eachBatch: eachMessage });
    refused({ eachMessage: 'no function' });
    refused({ eachMessage, group: undefined });
    refused({ eachMessage, concurrency: 0 });
    refused({ eachMessage, maxUncommittedBytes: -1 });
    refused({ eachMessage, compression: 'zip' });
  });
});
