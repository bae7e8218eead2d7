// The producer's bounds: room, order while waiting for it, giving up, flushing and closing.
import { describe, expect, it } from 'vitest';
import { codecs, type ProducerOptions } from '../src/index.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { type Handler, SILENT } from './support/fake-broker.ts';
import { FakeLog } from './support/fake-log.ts';

/** A broker that answers Produce only once `open` is called. */
async function setup(options: ProducerOptions<Uint8Array> = {}, topics = { t: 1 }) {
  const log = new FakeLog(topics);
  const broker = await fakeBroker(log.handlers);
  const real = broker.handlers.Produce as Handler<'Produce'>;
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  broker.handlers.Produce = async (body, call) => {
    await gate;
    return real(body, call);
  };
  const client = await clientOf(broker);
  const producer = client.producer({ codec: codecs.bytes, ...options });
  return { log, broker, client, producer, open };
}

const KIB = Buffer.alloc(1_024);
const BOUND = { maxBufferedBytes: 10_000, batchBytes: 2_000 };

describe('backpressure', () => {
  it('lets sends wait for room, in order, and never holds more', async () => {
    const { producer, log, open } = await setup(BOUND);
    const offsets: number[] = [];
    let pending = 0;
    const all = Array.from({ length: 30 }, async (_, n) => {
      pending += 1;
      const value = Buffer.concat([Buffer.from([n]), KIB]);
      offsets.push((await producer.send({ topic: 't', value })).offset);
      pending -= 1;
    });
    await eventually(() => producer.bufferedBytes >= 10_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(producer.bufferedBytes).toBeLessThan(12_000);
    expect(pending).toBe(30);
    open();
    await Promise.all(all);
    expect(offsets).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(producer.bufferedBytes).toBe(0);
    expect(log.topics.get('t')?.partitions[0]?.endOffset).toBe(30);
  });

  it('lets a batch that is larger than the buffer pass through it', async () => {
    const { producer, open } = await setup(BOUND);
    const messages = Array.from({ length: 100 }, () => ({ value: KIB }));
    const sending = producer.sendBatch('t', messages);
    const after = producer.send({ topic: 't', value: KIB });
    await eventually(() => producer.bufferedBytes >= 10_000);
    expect(producer.bufferedBytes).toBeLessThan(12_000);
    open();
    const { offsets } = await sending;
    expect(offsets).toEqual(messages.map((_, at) => at));
    expect((await after).offset).toBe(100);
  });

  it('lets nobody overtake those who wait', async () => {
    const { producer, open } = await setup(BOUND);
    const first = producer.send({ topic: 't', value: KIB });
    const others = Array.from({ length: 12 }, () => producer.send({ topic: 't', value: KIB }));
    const overtaking = (async () => {
      await first;
      // There is room now, and those who wait have not been woken yet.
      return producer.send({ topic: 't', value: KIB });
    })();
    await eventually(() => producer.bufferedBytes >= 10_000);
    open();
    const offsets = (await Promise.all(others)).map(({ offset }) => offset);
    expect((await overtaking).offset).toBeGreaterThan(Math.max(...offsets));
  });

  it('refuses callers who never wait', async () => {
    const { producer, open } = await setup(BOUND);
    const all = Array.from({ length: 100 }, () => producer.send({ topic: 't', value: KIB }));
    const failed = rejection(all.at(-1) as Promise<unknown>);
    expect(await failed).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { limit: '40000 bytes waiting' },
    });
    open();
    const outcomes = await Promise.allSettled(all);
    const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(30);
    expect(kept).toBeLessThan(60);
  });

  it('does not wait for lingering batches to fill up', async () => {
    const { producer, open } = await setup({ ...BOUND, batchBytes: 100_000, lingerMs: 60_000 });
    open();
    const all = Array.from({ length: 20 }, () => producer.send({ topic: 't', value: KIB }));
    await eventually(() => producer.bufferedBytes < 10_000);
    await producer.flush();
    expect((await Promise.all(all)).at(-1)?.offset).toBe(19);
  });

  it('can be waited for no longer than the delivery timeout', async () => {
    const { producer } = await setup({ ...BOUND, deliveryTimeoutMs: 60 });
    const all = Array.from({ length: 15 }, () => producer.send({ topic: 't', value: KIB }));
    const codes = (await Promise.allSettled(all)).map(
      (outcome) => (outcome as { reason?: { code: string } }).reason?.code,
    );
    // The silent connection is made anew meanwhile, and some meet their deadline without one.
    expect(codes.every((code) => code === 'DEADLINE_EXCEEDED' || code === 'CONNECTION_LOST')).toBe(
      true,
    );
    expect(codes).toContain('DEADLINE_EXCEEDED');
  });

  it('can be given up, and the message is not sent', async () => {
    const { producer, open, log } = await setup(BOUND);
    const fill = Array.from({ length: 10 }, () => producer.send({ topic: 't', value: KIB }));
    await eventually(() => producer.bufferedBytes >= 10_000);
    const controller = new AbortController();
    const { signal } = controller;
    const given = rejection(producer.send({ topic: 't', value: KIB }, { signal }));
    const batch = rejection(producer.sendBatch('t', [{ value: KIB }], { signal }));
    const after = producer.send({ topic: 't', value: KIB });
    controller.abort();
    expect([(await given).code, (await batch).code]).toEqual(['ABORTED', 'ABORTED']);
    open();
    await Promise.all([...fill, after]);
    expect(log.topics.get('t')?.partitions[0]?.endOffset).toBe(11);
  });
});

describe('flush and close', () => {
  it('flush waits for all before it', async () => {
    const { producer, open } = await setup({ lingerMs: 60_000 });
    let done = 0;
    for (let n = 0; n < 5; n += 1) {
      void (async () => {
        await producer.send({ topic: 't', value: KIB });
        done += 1;
      })();
    }
    open();
    await producer.flush();
    expect(done).toBe(5);
  });

  it('flush can be given up', async () => {
    const { producer, open } = await setup();
    const sending = producer.send({ topic: 't', value: KIB });
    const signal = AbortSignal.timeout(20);
    expect((await rejection(producer.flush({ signal }))).code).toBe('ABORTED');
    open();
    await sending;
  });

  it('close flushes, then refuses', async () => {
    const { producer, open, log } = await setup({ lingerMs: 60_000 });
    const sending = producer.send({ topic: 't', value: KIB });
    open();
    await producer.close();
    expect((await sending).offset).toBe(0);
    expect(log.topics.get('t')?.partitions[0]?.endOffset).toBe(1);
    const refused = await rejection(producer.send({ topic: 't', value: KIB }));
    expect(refused.code).toBe('CLIENT_CLOSED');
    expect((await rejection(producer.sendBatch('t', [{ value: KIB }]))).code).toBe('CLIENT_CLOSED');
  });

  it('close gives up in time: what has no outcome gets CLIENT_CLOSED', async () => {
    const { producer, broker } = await setup(BOUND);
    broker.handlers.Produce = () => SILENT;
    const all = Array.from({ length: 15 }, () => producer.send({ topic: 't', value: KIB }));
    const outcomes = Promise.allSettled(all);
    await eventually(() => broker.count('Produce') === 1);
    const from = performance.now();
    await producer.close({ timeoutMs: 50 });
    expect(performance.now() - from).toBeLessThan(10_000);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'CLIENT_CLOSED' } });
    }
  });

  it('the client closes its producers', async () => {
    const { client, producer, open, log } = await setup({ lingerMs: 60_000 });
    const sending = producer.send({ topic: 't', value: KIB });
    open();
    await client.close();
    await sending;
    expect(log.topics.get('t')?.partitions[0]?.endOffset).toBe(1);
  });
});
