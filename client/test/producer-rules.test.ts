// What a message says besides its record: delay, age, dedup id, tenant, deliveries; and duplicates in the outcome.
// Limits met here: tenantBytesMax, dedupIdBytesMax.
import {
  batchFlags,
  batchHeader,
  dedupHash,
  LIMITS,
  messageId,
  readRecords,
  recordDedup,
  recordDelayMs,
  recordMaxDeliveries,
  recordTtlMs,
  TENANT_HEADER,
} from '@millrace/protocol';
import { describe, expect, it, vi } from 'vitest';
import { type MessageRules, SendBatchError } from '../src/index.ts';
import { rejection } from './support/eventually.ts';
import type { Handler } from './support/fake-broker.ts';
import { type FakeLog, refusal } from './support/fake-log.ts';
import { numbers, setup, stored } from './support/producer-setup.ts';

function batchesOf(log: FakeLog, partition = 0): Uint8Array[] {
  return log.topics.get('t')?.partitions[partition]?.batches ?? [];
}

function lastBatch(log: FakeLog): Uint8Array {
  return batchesOf(log).at(-1) as Uint8Array;
}

function hexOf(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

describe('what a message says', () => {
  it('is nothing by default', async () => {
    const { producer, log } = await setup();
    await producer.send({ topic: 't', value: 'a' });
    expect(batchFlags(lastBatch(log))).toBe(0);
  });

  it('travels in the index of its batch', async () => {
    const { producer, log } = await setup();
    const rules = { delayMs: 60_000, ttlMs: 5_000, dedupId: 'é', maxDeliveries: 3 };
    await producer.sendBatch('t', [{ value: 'a' }, { value: 'b', ...rules }]);
    const batch = lastBatch(log);
    expect([recordDelayMs(batch, 0), recordDelayMs(batch, 1)]).toEqual([0, 60_000]);
    expect([recordTtlMs(batch, 0), recordTtlMs(batch, 1)]).toEqual([0, 5_000]);
    expect([recordMaxDeliveries(batch, 0), recordMaxDeliveries(batch, 1)]).toEqual([0, 3]);
    expect(recordDedup(batch, 0)).toBe(null);
    expect(hexOf(recordDedup(batch, 1))).toBe(hexOf(dedupHash('é')));
    expect(stored(log)).toEqual(['a', 'b']);
  });

  it('deliverAt is a delay against the clock of the client', async () => {
    const { producer, log } = await setup();
    vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    try {
      await producer.sendBatch('t', [
        { value: 'a', deliverAt: 1_060_000 },
        { value: 'b', deliverAt: new Date(1_000_007) },
        { value: 'past', deliverAt: 5 },
        { value: 'part', deliverAt: 1_000_000.2 },
      ]);
    } finally {
      vi.restoreAllMocks();
    }
    const batch = lastBatch(log);
    expect([0, 1, 2, 3].map((i) => recordDelayMs(batch, i))).toEqual([60_000, 7, 0, 1]);
  });

  it('the tenant is a header, in place of one of its name', async () => {
    const { producer, log } = await setup();
    const headers = [
      [TENANT_HEADER, 'old'],
      ['own', 'x'],
    ] as const;
    await producer.send({ topic: 't', value: 'a', tenant: 'acmé', headers });
    const [record] = readRecords(lastBatch(log));
    expect(record?.headers.map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
      ['own', 'x'],
      [TENANT_HEADER, 'acmé'],
    ]);
    expect(batchFlags(lastBatch(log))).toBe(0);
  });

  const year = '31536000000 ms';
  it.each<[MessageRules, string, string | undefined]>([
    [{ delayMs: -1 }, 'delayMs', '0 ms'],
    [{ delayMs: 1.5 }, 'delayMs', year],
    [{ delayMs: LIMITS.delayMsMax + 1 }, 'delayMs', year],
    [{ deliverAt: Number.NaN }, 'deliverAt', undefined],
    [{ deliverAt: new Date(Number.NaN) }, 'deliverAt', undefined],
    [{ deliverAt: Date.now() + 2 * LIMITS.delayMsMax }, 'deliverAt', year],
    [{ deliverAt: 0, delayMs: 1 }, 'deliverAt', undefined],
    [{ ttlMs: 0 }, 'ttlMs', '1 ms'],
    [{ ttlMs: LIMITS.messageTtlMsMax + 1 }, 'ttlMs', year],
    [{ maxDeliveries: 0 }, 'maxDeliveries', '1'],
    [{ maxDeliveries: 1_001 }, 'maxDeliveries', '1000'],
    [{ dedupId: '' }, 'dedupId', '1 bytes'],
    [{ dedupId: 'é'.repeat(65) }, 'dedupId', '128 bytes'],
    [{ dedupId: 7 as never }, 'dedupId', '1 bytes'],
    [{ dedupId: 'order-\ud800' }, 'dedupId', undefined],
    [{ tenant: '\udc00' }, 'tenant', undefined],
    [{ tenant: '' }, 'tenant', '1 bytes'],
    [{ tenant: 'x'.repeat(129) }, 'tenant', '128 bytes'],
  ])('is refused before it leaves: %j', async (rules, field, limit) => {
    const { producer, broker } = await setup();
    const error = await rejection(producer.send({ topic: 't', value: 'a', ...rules }));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', detail: { field, limit } });
    const messages = [{ value: 'a' }, { value: 'b', ...rules }];
    expect(await rejection(producer.sendBatch('t', messages))).toMatchObject({ detail: { field } });
    expect(broker.count('Produce')).toBe(0);
  });

  it('begins a new batch where the index would make this one too large', async () => {
    const { producer, log } = await setup({ batchBytes: 6_000_000, maxBufferedBytes: 64_000_000 });
    const messages: { value: string; dedupId?: string }[] = numbers(90_000).map(() => ({
      value: 'x'.repeat(48),
    }));
    const everything = { value: 'last', dedupId: 'd', delayMs: 1, ttlMs: 1, maxDeliveries: 1 };
    const { offsets } = await producer.sendBatch('t', [...messages, everything]);
    expect(offsets).toEqual(offsets.map((_, at) => at));
    const counts = batchesOf(log).map((batch) => batchHeader(batch).count);
    expect(counts).toEqual([90_000, 1]);
  });
});

describe('duplicates', () => {
  it('have the place and the id of the message that came first', async () => {
    const { producer, log } = await setup({}, 2);
    const first = { topic: 't', partition: 1, value: 'a', dedupId: 'order-1' };
    const one = await producer.send(first);
    const two = await producer.send({ ...first, partition: 0 });
    expect(one).toMatchObject({ partition: 1, offset: 0, duplicate: false, timestampMs: 2_000 });
    expect(two).toEqual({ topic: 't', partition: 1, offset: 0, duplicate: true, timestampMs: -1 });
    expect([one.id, two.id]).toEqual([messageId(1, 1, 0), messageId(1, 1, 0)]);
    expect(stored(log, 't', 0)).toEqual([]);
  });

  it('leave the others of their batch the offsets one after the other', async () => {
    const { producer, log } = await setup();
    await producer.send({ topic: 't', value: 'a', dedupId: 'a' });
    const ids = ['x', 'a', 'y', 'x', undefined, 'a', 'z'];
    const sent = await Promise.all(
      ids.map((dedupId, at) => producer.send({ topic: 't', value: `${at}`, dedupId })),
    );
    expect(batchesOf(log)).toHaveLength(2);
    expect(sent.map(({ offset }) => offset)).toEqual([1, 0, 2, 1, 3, 0, 4]);
    expect(sent.map(({ duplicate }) => duplicate)).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(stored(log)).toEqual(['a', '0', '2', '4', '6']);
  });

  it('are named by position in a batch of many partitions, whoever shares them', async () => {
    const { producer, log } = await setup({}, 3);
    const wave = numbers(60).map((n) => ({ value: n, key: n, dedupId: `d${Number(n) % 40}` }));
    const [early, batch] = await Promise.all([
      producer.send({ topic: 't', value: 'early', key: '7', dedupId: 'd7' }),
      producer.sendBatch('t', wave),
    ]);
    expect(batch.duplicates).toContain(7);
    expect([batch.partitions[7], batch.offsets[7]]).toEqual([early.partition, early.offset]);
    const texts = [0, 1, 2].map((partition) => stored(log, 't', partition));
    const at = (position: number) =>
      texts[batch.partitions[position] as number]?.[batch.offsets[position] as number] as string;
    const dedupIdOf = (text: string) => (text === 'early' ? 'd7' : wave[Number(text)]?.dedupId);
    for (const [position, { value, dedupId }] of wave.entries()) {
      expect(dedupIdOf(at(position))).toBe(dedupId);
      expect(at(position) === value).toBe(!batch.duplicates.includes(position));
    }
    expect(texts.flat()).toHaveLength(40);
    expect(batch.duplicates).toEqual(batch.duplicates.toSorted((one, two) => one - two));
  });

  it('alone in their batch are no failure', async () => {
    const { producer } = await setup();
    const messages = numbers(3).map((n) => ({ value: n, dedupId: n }));
    expect((await producer.sendBatch('t', messages)).duplicates).toEqual([]);
    const again = await producer.sendBatch('t', messages);
    expect(again).toEqual({
      topic: 't',
      topicId: 1,
      partitions: [0, 0, 0],
      offsets: [0, 1, 2],
      duplicates: [0, 1, 2],
    });
  });

  it('are known also where other messages failed', async () => {
    const { producer, broker } = await setup({}, 2);
    const real = broker.handlers.Produce as Handler<'Produce'>;
    await producer.send({ topic: 't', partition: 1, value: 'a', dedupId: 'a' });
    broker.handlers.Produce = async (body, call) => {
      const { results } = (await real(body, call)) as { results: object[] };
      const fails = ({ partition }: { partition: number }) => partition === 0;
      return {
        results: results.map((result, at) =>
          fails(body.batches[at] as { partition: number }) ? refusal('CORRUPT_BATCH') : result,
        ),
      } as never;
    };
    const error = await rejection(
      producer.sendBatch('t', [
        { value: 'x', partition: 0 },
        { value: 'a', partition: 1, dedupId: 'a' },
      ]),
    );
    expect(error).toBeInstanceOf(SendBatchError);
    expect(error).toMatchObject({ code: 'CORRUPT_BATCH', offsets: [-1, 0], duplicates: [1] });
  });
});
