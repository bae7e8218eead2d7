// The idempotent producer: whatever is lost on the way, each message is stored once and in order, or fails.
import { Random } from '@millrace/harness';
import { batchHeader, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/index.ts';
import { eventually, rejection } from './support/eventually.ts';
import { type Answer, type Handler, SILENT } from './support/fake-broker.ts';
import { refusal } from './support/fake-log.ts';
import { first, numbers, setup, stored } from './support/producer-setup.ts';

type Produce = Handler<'Produce'>;
/** Every batch is full with its first message. */
const ONE_EACH = { batchBytes: 1 };

/** Appends, and never answers. */
function unanswered(real: Produce): Produce {
  return async (body, call): Promise<Answer<'Produce'>> => {
    await real(body, call);
    return SILENT;
  };
}

/** Appends, and the connection is gone before the answer. */
function lost(real: Produce): Produce {
  return async (body, call) => {
    const answer = await unanswered(real)(body, call);
    call.connection.socket.destroy();
    return answer;
  };
}

describe('batches of a partition on their way', () => {
  it('are up to five, each in a request of its own', async () => {
    const { producer, broker, log } = await setup(ONE_EACH);
    await producer.send({ topic: 't', value: 'warm' });
    const real = broker.handlers.Produce as Produce;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let asked = 0;
    broker.handlers.Produce = async (body, call) => {
      asked += body.batches.length;
      await gate;
      return real(body, call);
    };
    const sending = Promise.all(numbers(9).map((value) => producer.send({ topic: 't', value })));
    await eventually(() => asked === 5);
    open();
    const offsets = (await sending).map(({ offset }) => offset);
    expect(offsets).toEqual(numbers(9).map((n) => Number(n) + 1));
    expect(stored(log)).toEqual(['warm', ...numbers(9)]);
  });

  it('are fewer where the caller says so', async () => {
    const { producer, broker } = await setup({ ...ONE_EACH, maxInFlightPerPartition: 2 });
    await producer.send({ topic: 't', value: 'warm' });
    let asked = 0;
    broker.handlers.Produce = ({ batches }) => {
      asked += batches.length;
      return SILENT;
    };
    for (const value of numbers(9)) void rejection(producer.send({ topic: 't', value }));
    await eventually(() => asked === 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBe(2);
    await producer.close({ timeoutMs: 1 });
  });

  it.each([
    { maxInFlightPerPartition: 6 },
    { maxInFlightPerPartition: 0 },
    { idempotent: false, maxInFlightPerPartition: 2 },
    { idempotent: false, name: 'a' },
    { idempotent: 1 as unknown as boolean },
    { name: '' },
    { name: 'x'.repeat(129) },
  ])('options that cannot be: %j', async (options) => {
    const field = Object.keys(options).at(-1);
    await expect(setup(options)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      detail: { field },
    });
  });
});

describe('what is lost', () => {
  // Of values of 20,000 bytes the memory of batches is used again.
  const cases = [1, 2, 3, 4, 5, 6].flatMap((seed) => [
    { seed, valueBytes: 1 },
    { seed, valueBytes: 20_000 },
  ]);

  it.each(cases)('is sent again in order, and stored once: %o', async ({ seed, valueBytes }) => {
    const random = new Random(seed);
    const { producer, broker, log } = await setup(
      { batchBytes: 60 * valueBytes, deliveryTimeoutMs: 30_000 },
      2,
    );
    const real = broker.handlers.Produce as Produce;
    let left = 60;
    broker.handlers.Produce = async (body, call) => {
      const lot = random.next();
      left -= 1;
      if (left < 0 || lot > 0.6) return real(body, call);
      if (lot < 0.1) return new MillraceError('OVERLOADED');
      if (lot < 0.25) {
        const codes = ['STORAGE_FULL', 'NOT_LEADER'] as const;
        const { results } = (await real({ batches: [] }, call)) as { results: unknown[] };
        for (const item of body.batches) {
          // What is behind a refused batch of a partition is tried: the broker does not know better.
          if (random.next() < 0.5) results.push(refusal(codes[random.next() < 0.7 ? 0 : 1]));
          else {
            const one = (await real({ batches: [item] }, call)) as { results: unknown[] };
            results.push(one.results[0]);
          }
        }
        return { results } as never;
      }
      if (lot < 0.45) await real(body, call);
      if (lot < 0.5) broker.drop();
      else call.connection.socket.destroy();
      return SILENT;
    };
    const messages = numbers(400).map((value, at) => ({
      value: value.padEnd(valueBytes),
      partition: at % 2,
    }));
    const sent = [];
    for (let at = 0; at < 400; at += 20) {
      sent.push(producer.sendBatch('t', messages.slice(at, at + 20)));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const offsets = (await Promise.all(sent)).flatMap((batch) => batch.offsets);
    for (const partition of [0, 1]) {
      const mine = messages.filter((message) => message.partition === partition);
      expect(stored(log, 't', partition)).toEqual(mine.map(({ value }) => value));
    }
    expect(offsets).toEqual(messages.map((_, at) => Math.floor(at / 2)));
  });

  it('is answered as it was then', async () => {
    const { producer, broker, log } = await setup();
    await producer.send({ topic: 't', value: 'warm' });
    const real = broker.handlers.Produce as Produce;
    first(broker, 1, lost(real));
    expect((await producer.send({ topic: 't', value: 'a' })).offset).toBe(1);
    expect(stored(log)).toEqual(['warm', 'a']);
    expect(broker.count('InitProducer')).toBe(1);
  });
});

describe('a batch that fails for good', () => {
  /** The batches that are refused, by their number. */
  async function refusing(which: readonly number[]) {
    const scene = await setup(ONE_EACH);
    await scene.producer.send({ topic: 't', value: 'warm' });
    const real = scene.broker.handlers.Produce as Produce;
    scene.broker.handlers.Produce = async ({ batches }, call) => {
      const results = [];
      for (const item of batches) {
        const { sequence, count } = batchHeader(item.batch);
        expect(count).toBe(1);
        const value = Number(
          Buffer.from(item.batch)
            .toString('latin1')
            .match(/bad(\d+)/)?.[1],
        );
        const isBad = which.includes(value) && sequence >= 0;
        const known = scene.log.sequences;
        if (isBad) {
          try {
            known.find(`${item.topicId}/${item.partition}`, item.batch);
            results.push(refusal('MESSAGE_TOO_LARGE'));
          } catch (error) {
            results.push(refusal((error as MillraceError).code));
          }
        } else {
          const one = await real({ batches: [item] }, call);
          results.push((one as { results: never[] }).results[0]);
        }
      }
      return { results } as never;
    };
    return scene;
  }

  it('leaves the others in order, and needs no new epoch', async () => {
    const { producer, broker, log } = await refusing([2, 5, 6]);
    const values = numbers(12).map((n) => `bad${n}`);
    const outcomes = await Promise.allSettled(
      values.map((value) => producer.send({ topic: 't', value })),
    );
    const kept = values.filter((_, at) => ![2, 5, 6].includes(at));
    expect(stored(log)).toEqual(['warm', ...kept]);
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(
      values.map((_, at) => [2, 5, 6].includes(at)),
    );
    expect(broker.count('InitProducer')).toBe(1);
  });

  it('while nobody knows whether it was appended: a new epoch, where it was not', async () => {
    const { producer, broker, log } = await setup({ ...ONE_EACH, deliveryTimeoutMs: 1_000 });
    await producer.send({ topic: 't', value: 'warm' });
    first(broker, 1, () => SILENT);
    const failed = await rejection(producer.send({ topic: 't', value: 'lost' }));
    expect(failed.code).toBe('DEADLINE_EXCEEDED');
    const sent = await Promise.all(numbers(5).map((value) => producer.send({ topic: 't', value })));
    expect(sent.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5]);
    expect(stored(log)).toEqual(['warm', ...numbers(5)]);
    expect(broker.requests('InitProducer').map(({ producerEpoch }) => producerEpoch)).toEqual([
      null,
      0,
    ]);
  });

  it('while nobody knows whether it was appended: no new epoch, where it was', async () => {
    const { producer, broker, log } = await setup({ ...ONE_EACH, deliveryTimeoutMs: 1_000 });
    await producer.send({ topic: 't', value: 'warm' });
    const real = broker.handlers.Produce as Produce;
    first(broker, 1, unanswered(real));
    await rejection(producer.send({ topic: 't', value: 'there' }));
    expect((await producer.send({ topic: 't', value: 'next' })).offset).toBe(2);
    expect(stored(log)).toEqual(['warm', 'there', 'next']);
    expect(broker.count('InitProducer')).toBe(1);
  });

  it('because it waited for a place for too long', async () => {
    const options = { ...ONE_EACH, maxInFlight: 1, deliveryTimeoutMs: 400 };
    const { producer, broker } = await setup(options);
    await producer.send({ topic: 't', value: 'warm' });
    let asked = 0;
    broker.handlers.Produce = ({ batches }) => {
      asked += batches.length;
      return SILENT;
    };
    const codes = numbers(20).map((value) => rejection(producer.send({ topic: 't', value })));
    for (const failed of codes) expect((await failed).code).toBe('DEADLINE_EXCEEDED');
    expect(producer.bufferedBytes).toBe(0);
    expect(asked).toBeLessThan(20);
  });
});

describe('a producer that the broker', () => {
  it('has fenced fails with every message from then on', async () => {
    const { producer: older, client, log, broker } = await setup({ name: 'billing' });
    await older.send({ topic: 't', value: 'a' });
    const newer = client.producer({ name: 'billing', codec: codecs.text });
    await newer.send({ topic: 't', value: 'b' });
    for (const value of ['c', 'd']) {
      expect((await rejection(older.send({ topic: 't', value }))).code).toBe('PRODUCER_FENCED');
    }
    await newer.send({ topic: 't', value: 'e' });
    expect(stored(log)).toEqual(['a', 'b', 'e']);
    expect(broker.count('InitProducer')).toBe(2);
  });

  it('has forgotten gets another id: what was never in doubt is appended', async () => {
    const { producer, log, broker } = await setup(ONE_EACH);
    await producer.send({ topic: 't', value: 'a' });
    log.sequences.forget();
    await Promise.all(numbers(9).map((value) => producer.send({ topic: 't', value })));
    expect(stored(log)).toEqual(['a', ...numbers(9)]);
    expect(broker.count('InitProducer')).toBe(3);
  });

  it('has forgotten while a batch was in doubt: nobody can tell', async () => {
    const { producer, log, broker } = await setup(ONE_EACH);
    await producer.send({ topic: 't', value: 'a' });
    const real = broker.handlers.Produce as Produce;
    first(broker, 1, async (body, call) => {
      const answer = await lost(real)(body, call);
      log.sequences.forget();
      return answer;
    });
    const error = await rejection(producer.send({ topic: 't', value: 'b' }));
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    expect((await producer.send({ topic: 't', value: 'c' })).offset).toBe(2);
    expect(stored(log)).toEqual(['a', 'b', 'c']);
  });

  it('gives no id fails with what the broker says', async () => {
    const { producer, broker } = await setup();
    broker.handlers.InitProducer = () => new MillraceError('UNSUPPORTED_VERSION');
    const error = await rejection(producer.send({ topic: 't', value: 'a' }));
    expect(error.code).toBe('UNSUPPORTED_VERSION');
    expect(broker.count('Produce')).toBe(0);
  });

  it('gives no id in time fails in time', async () => {
    const { producer, broker } = await setup({ deliveryTimeoutMs: 100 });
    broker.handlers.InitProducer = () => new MillraceError('STORAGE_FULL');
    const error = await rejection(producer.send({ topic: 't', value: 'a' }));
    expect(['STORAGE_FULL', 'DEADLINE_EXCEEDED']).toContain(error.code);
    expect(producer.bufferedBytes).toBe(0);
  });
});
