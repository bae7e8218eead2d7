// The producer when things fail on the way: what is sent again, in order, and what is never sent twice.
import { ERRORS, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { eventually, rejection } from './support/eventually.ts';
import { type Handler, SILENT } from './support/fake-broker.ts';
import { refusal } from './support/fake-log.ts';
import { first, numbers, setup, stored } from './support/producer-setup.ts';

describe('failures on the way', () => {
  it.each(['STORAGE_ERROR', 'OVERLOADED', 'STORAGE_FULL'] as const)(
    'a batch with %s is sent again before those after it',
    async (code) => {
      const { producer, broker, log } = await setup({ batchBytes: 300 });
      await producer.send({ topic: 't', value: 'warm' });
      first(broker, 3, ({ batches }) => ({ results: batches.map(() => refusal(code)) }));
      const sent = await Promise.all(
        numbers(100).map((value) => producer.send({ topic: 't', value })),
      );
      expect(stored(log)).toEqual(['warm', ...numbers(100)]);
      expect(sent.map(({ offset }) => offset)).toEqual(numbers(100).map((n) => Number(n) + 1));
    },
  );

  it('never has two batches of a partition on their way where they are not idempotent', async () => {
    const options = { batchBytes: 100, maxInFlight: 8, idempotent: false };
    const { producer, broker } = await setup(options, 3);
    const real = broker.handlers.Produce as Handler<'Produce'>;
    const onTheWay = new Set<number>();
    let most = 0;
    broker.handlers.Produce = async (body, call) => {
      for (const { partition } of body.batches) {
        expect(onTheWay.has(partition)).toBe(false);
        onTheWay.add(partition);
      }
      most = Math.max(most, onTheWay.size);
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const { partition } of body.batches) onTheWay.delete(partition);
      return real(body, call);
    };
    const messages = numbers(300).map((value, at) => ({ value, partition: at % 3 }));
    await producer.sendBatch('t', messages);
    expect(most).toBe(3);
  });

  it('a batch whose outcome is unknown is not sent again where it is not idempotent', async () => {
    const { producer, broker, log } = await setup({ idempotent: false });
    await producer.send({ topic: 't', value: 'warm' });
    first(broker, 1, () => {
      broker.drop();
      return SILENT;
    });
    const lost = rejection(producer.send({ topic: 't', value: 'lost' }));
    await eventually(() => broker.count('Produce') === 2);
    const next = producer.send({ topic: 't', value: 'next' });
    expect((await lost).code).toBe('OUTCOME_UNKNOWN');
    expect((await next).offset).toBe(1);
    expect(stored(log)).toEqual(['warm', 'next']);
    expect(broker.count('InitProducer')).toBe(0);
  });

  it('a batch without a reply in time is not sent again', async () => {
    const { producer, broker } = await setup({ deliveryTimeoutMs: 1_000 });
    await producer.send({ topic: 't', value: 'warm' });
    first(broker, 1, () => SILENT);
    const error = await rejection(producer.send({ topic: 't', value: 'lost' }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(broker.count('Produce')).toBe(2);
  });

  it('a refused batch keeps its error where time runs out', async () => {
    const { producer, broker } = await setup({ deliveryTimeoutMs: 2_000 });
    first(broker, 1_000, ({ batches }) => ({
      results: batches.map(() => refusal('STORAGE_FULL')),
    }));
    const error = await rejection(producer.send({ topic: 't', value: 'a' }));
    expect(error.code).toBe('STORAGE_FULL');
    expect(broker.count('Produce')).toBeGreaterThan(1);
  });

  it('a topic made anew gets the messages under its new id', async () => {
    const { producer, log } = await setup();
    await producer.send({ topic: 't', value: 'old' });
    log.topics.delete('t');
    const topicId = log.create('t', 1);
    expect((await producer.send({ topic: 't', value: 'new' })).offset).toBe(0);
    expect(log.find(topicId, 0)?.endOffset).toBe(1);
    log.topics.delete('t');
    const error = await rejection(producer.send({ topic: 't', value: 'gone' }));
    expect(error.code).toBe('UNKNOWN_TOPIC');
  });

  it('NOT_LEADER for the whole request asks for the topic and sends again', async () => {
    const { producer, broker } = await setup();
    first(broker, 1, () => new MillraceError('NOT_LEADER'));
    await producer.send({ topic: 't', value: 'a' });
    expect(broker.count('Metadata')).toBe(2);
  });

  it('a reply with too few outcomes fails what has none', async () => {
    const { producer, broker } = await setup();
    first(broker, 1, () => ({ results: [] }));
    expect((await rejection(producer.send({ topic: 't', value: 'a' }))).code).toBe('INTERNAL');
  });

  it('an error number of a newer broker is an error', async () => {
    const { producer, broker } = await setup();
    const result = { errorCode: 9_999, errorMessage: 'new', baseOffset: -1, appendTimeMs: -1 };
    first(broker, 1, () => ({ results: [result] }));
    const error = await rejection(producer.send({ topic: 't', value: 'a' }));
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'new' });
    expect(Object.values(ERRORS).some(({ code }) => (code as number) === 9_999)).toBe(false);
  });
});
