// Optimistic writes: a message is appended only where its partition ends as its writer believes.
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/index.ts';
import { Outputs } from '../src/transform/outputs.ts';
import { Outbox } from '../src/worker/outbox.ts';
import { rejection } from './support/eventually.ts';
import { setup, stored } from './support/producer-setup.ts';

describe('an expected offset', () => {
  it('lets one of two writers through, and tells the other the end', async () => {
    const { producer, client, log } = await setup();
    const other = client.producer({ codec: codecs.text });
    const write = (who: typeof producer, value: string, expectedOffset: number) =>
      who.send({ topic: 't', value, partition: 0, expectedOffset });
    expect((await write(producer, 'a', 0)).offset).toBe(0);
    expect(await rejection(write(other, 'b', 0))).toMatchObject({
      code: 'OFFSET_MISMATCH',
      detail: { field: 'expectedOffset', endOffset: 1 },
    });
    expect((await write(other, 'b', 1)).offset).toBe(1);
    expect(stored(log)).toEqual(['a', 'b']);
  });

  it('goes in a batch of its own, between those before it and after it', async () => {
    const { producer, broker, log } = await setup();
    await producer.send({ topic: 't', value: 'warm' });
    const sent = await Promise.allSettled([
      producer.send({ topic: 't', value: 'a' }),
      producer.send({ topic: 't', value: 'b', partition: 0, expectedOffset: 2 }),
      producer.send({ topic: 't', value: 'x', partition: 0, expectedOffset: 9 }),
      producer.send({ topic: 't', value: 'c' }),
      producer.send({ topic: 't', value: 'd', partition: 0, expectedOffset: 4 }),
    ]);
    expect(sent.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(stored(log)).toEqual(['warm', 'a', 'b', 'c', 'd']);
    expect(broker.count('InitProducer')).toBe(1);
  });

  it.each([
    [{ expectedOffset: 0 }, 'partition'],
    [{ expectedOffset: -1, partition: 0 }, 'expectedOffset'],
    [{ expectedOffset: 0.5, partition: 0 }, 'expectedOffset'],
  ])('that makes no sense is refused before it leaves: %j', async (message, field) => {
    const { producer, broker } = await setup();
    const error = await rejection(producer.send({ topic: 't', value: 'a', ...message }));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field } });
    expect(broker.count('Produce')).toBe(0);
  });

  it('is refused where messages share batches, rather than passed over', async () => {
    const { producer, broker } = await setup();
    const message = { topic: 't', value: 'a', partition: 0, expectedOffset: 0 };
    const refusal = { code: 'INVALID_REQUEST', detail: { field: 'expectedOffset' } };
    expect(await rejection(producer.sendBatch('t', [message]))).toMatchObject(refusal);
    // @ts-expect-error The types say so too.
    const written = producer.sendBatch('t', [{ value: 'a', partition: 0, expectedOffset: 0 }]);
    expect(await rejection(written)).toMatchObject(refusal);
    const outputs = new Outputs(codecs.text, 1_000);
    expect(() => outputs.produce('t', message)).toThrow(expect.objectContaining(refusal));
    const outbox = new Outbox(codecs.text, 1_000);
    expect(() => outbox.add(message)).toThrow(expect.objectContaining(refusal));
    expect(broker.count('Produce')).toBe(0);
  });
});
