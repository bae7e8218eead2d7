// Exactly once where something goes wrong: lost replies, refused transactions, partitions that move, and the end.
import { MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { ConsumerMessage } from '../src/index.ts';
import { transactionId } from '../src/transform/transaction-id.ts';
import { eventually, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';
import { conflict, setup, texts } from './support/transform-setup.ts';

const copy = {
  eachMessage: (
    { value }: { value: string },
    { produce }: { produce: (topic: string, message: { value: string }) => void },
  ) => produce('other', { value }),
};

describe('a lost reply', () => {
  it('is asked for again under the same id, and the work is done once', async () => {
    const { log, group, broker, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(10));
    let drops = 3;
    transactions.before = (body) => {
      if (drops === 0) return undefined;
      drops -= 1;
      transactions.transact(body);
      broker.drop();
      return SILENT;
    };
    const transformer = transform(copy);
    await eventually(() => transformer.stats.handled === 10);
    expect(group.committed()).toBe(10);
    expect(textsIn('other')[0]).toEqual(texts(10));
    expect(transactions.came.length).toBeGreaterThan(transactions.done.length);
    expect(transformer.stats.repeated).toBe(1);
    const [first, again] = transactions.came;
    expect(again?.transactionId).toBe(first?.transactionId);
  });

  it('is asked for again also after the request has met its deadline', async () => {
    const { log, transactions, transform, client, textsIn } = await setup();
    const { link } = client as unknown as { link: { options: object } };
    link.options = { ...link.options, requestTimeoutMs: 60 };
    log.appendTexts('t', 0, texts(10));
    transactions.before = (body) => {
      if (transactions.came.length > 3) return undefined;
      transactions.transact(body);
      return SILENT;
    };
    const transformer = transform(copy);
    await eventually(() => transformer.stats.handled === 10);
    expect(textsIn('other')[0]).toEqual(texts(10));
  });
});

describe('a refusal', () => {
  it('as a stranger drops the work and joins anew, from what is committed', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(10));
    transactions.before = () => {
      if (transactions.came.length > 1) return undefined;
      group.forget();
      return conflict('UNKNOWN_MEMBER');
    };
    const transformer = transform(copy);
    await eventually(() => group.committed() === 10);
    expect(textsIn('other')[0]).toEqual(texts(10));
    expect(group.beats.filter(({ memberEpoch }) => memberEpoch === 0).length).toBe(2);
    expect(transformer.stats.dropped).toBeGreaterThan(0);
    const ids = new Set(transactions.came.map((body) => body.transactionId));
    expect(ids.size).toBe(transactions.came.length);
  });

  it('for good ends it with the error', async () => {
    const { log, transactions, transform, group } = await setup();
    log.appendTexts('t', 0, texts(10));
    transactions.before = () => new MillraceError('KEY_REQUIRED', 'no', { field: 'batches[0]' });
    const transformer = transform(copy);
    expect((await rejection(transformer.finished)).code).toBe('KEY_REQUIRED');
    expect(group.committed() ?? 0).toBe(0);
    expect(group.leaves.length).toBe(1);
  });

  it('because a topic was made anew has the inputs handled again, for the new one', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    const missing = () => new MillraceError('UNKNOWN_TOPIC', 'no', { field: 'batches[0]' });
    transactions.before = ({ batches }) => {
      const isThere = batches.every(({ topicId, partition }) => log.find(topicId, partition));
      return isThere ? undefined : missing();
    };
    const transformer = transform(copy);
    log.appendTexts('t', 0, ['0']);
    await eventually(() => group.committed() === 1);
    log.create('other', 1);
    log.appendTexts('t', 0, ['1', '2']);
    await eventually(() => group.committed() === 3);
    expect(textsIn('other')[0]).toEqual(['1', '2']);
    log.topics.delete('other');
    log.appendTexts('t', 0, ['3']);
    expect((await rejection(transformer.finished)).code).toBe('UNKNOWN_TOPIC');
    expect(group.committed()).toBe(3);
  });

  it('that passes by itself is tried again', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(10));
    transactions.before = () =>
      transactions.came.length < 4 ? new MillraceError('STORAGE_FULL') : undefined;
    transform(copy);
    await eventually(() => group.committed() === 10);
    expect(textsIn('other')[0]).toEqual(texts(10));
  });
});

describe('a partition that moves', () => {
  it('is given up once what is on its way is committed', async () => {
    const { log, group, transactions, transform, textsIn } = await setup([0, 1]);
    let release = () => {};
    const gate = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    transactions.before = () => gate;
    log.appendTexts('t', 0, texts(10));
    transform(copy);
    await eventually(() => transactions.came.length === 1);
    group.epoch += 1;
    const { target } = group;
    group.target = [1];
    const told = group.beats.length;
    await eventually(() => group.beats.length > told + 2);
    expect(group.owned).toContain(0);
    group.target = target;
    release();
    await eventually(() => group.committed() === 10);
    expect(textsIn('other')[0]).toEqual(texts(10));
  });

  it('takes with it what was handled and not sent: nothing of an old life goes out in a new one', async () => {
    const { log, group, transactions, transform, textsIn } = await setup();
    log.appendTexts('t', 0, ['0']);
    let release = () => {};
    const gate = new Promise<ReturnType<typeof conflict>>((resolve) => {
      release = () => resolve(conflict('UNKNOWN_MEMBER'));
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
    log.appendTexts('t', 0, ['1', '2']);
    await eventually(() => handled === 3);
    group.forget();
    await eventually(() => handled === 6 || group.committed() === 3);
    release();
    await eventually(() => group.committed() === 3);
    expect(textsIn('other')[0]).toEqual(['0', '1', '2']);
  });
});

describe('the end', () => {
  it('commits what handlers have in hand', async () => {
    const { log, group, transform, textsIn } = await setup();
    log.appendTexts('t', 0, texts(10));
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let handled = 0;
    const transformer = transform({
      eachMessage: async ({ value }, { produce }) => {
        handled += 1;
        if (value === '4') await gate;
        produce('other', { value });
      },
    });
    await eventually(() => handled === 5);
    const closed = transformer.close();
    release();
    await closed;
    await transformer.finished;
    expect(group.committed()).toBe(5);
    expect(textsIn('other')[0]).toEqual(texts(5));
  });

  it('lets go of what has no outcome when the time is over', async () => {
    const { log, group, transactions, transform } = await setup();
    log.appendTexts('t', 0, texts(10));
    transactions.before = () => SILENT;
    const transformer = transform(copy);
    await eventually(() => transactions.came.length === 1);
    await transformer.close({ timeoutMs: 50 });
    await transformer.finished;
    expect(group.committed() ?? 0).toBe(0);
  });

  it('comes with the signal', async () => {
    const { transform, group } = await setup();
    const controller = new AbortController();
    const transformer = transform({ ...copy, signal: controller.signal });
    await eventually(() => group.beats.length > 0);
    controller.abort();
    await transformer.finished;
    expect(group.leaves.length).toBe(1);
  });

  it('a message cannot be committed by hand, before what was made of it', async () => {
    const { log, group, transform } = await setup();
    log.appendTexts('t', 0, ['0']);
    const transformer = transform({
      eachMessage: (message) => (message as ConsumerMessage<string>).commit(),
    });
    expect((await rejection(transformer.finished)).code).toBe('INVALID_REQUEST');
    expect(group.committed() ?? 0).toBe(0);
  });
});

describe('the id of a transaction', () => {
  const attempt = {
    group: 'g'.repeat(249),
    memberId: 'm'.repeat(128),
    instance: 'i',
    lane: 1_000_000,
    topicId: Number.MAX_SAFE_INTEGER,
    partition: 1_023,
    firstOffset: Number.MAX_SAFE_INTEGER,
    nextOffset: Number.MAX_SAFE_INTEGER,
  };

  it('is the same for the same attempt, and fits', () => {
    expect(transactionId(attempt)).toBe(transactionId({ ...attempt }));
    expect(transactionId(attempt).length).toBeLessThanOrEqual(128);
  });

  it.each(Object.keys(attempt))('is another one with another %s', (field) => {
    const value = attempt[field as keyof typeof attempt];
    const other = typeof value === 'string' ? `${value}x` : value - 1;
    expect(transactionId({ ...attempt, [field]: other })).not.toBe(transactionId(attempt));
  });
});
