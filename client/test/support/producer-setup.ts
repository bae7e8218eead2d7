// A producer over a log in memory, and what is stored there.
import { readRecords } from '@millrace/protocol';
import { codecs, type ProducerOptions } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import type { FakeBroker, Handler } from './fake-broker.ts';
import { FakeLog } from './fake-log.ts';

export async function setup(options: ProducerOptions<string> = {}, partitions = 1) {
  const log = new FakeLog({ t: partitions });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  const producer = client.producer({ codec: codecs.text, ...options });
  return { log, broker, client, producer };
}

/** Texts of all records of a partition, in order. */
export function stored(log: FakeLog, topic = 't', partition = 0): string[] {
  const { batches = [] } = log.topics.get(topic)?.partitions[partition] ?? {};
  return batches.flatMap((batch) =>
    readRecords(batch).map(({ value }) => Buffer.from(value ?? []).toString()),
  );
}

/** Puts a handler before the real one for the first `times` requests. */
export function first(broker: FakeBroker, times: number, answer: Handler<'Produce'>): void {
  const real = broker.handlers.Produce as Handler<'Produce'>;
  let left = times;
  broker.handlers.Produce = (body, call) => {
    left -= 1;
    return left >= 0 ? answer(body, call) : real(body, call);
  };
}

export const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n));
