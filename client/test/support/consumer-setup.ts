// A consumer without a group over a log in memory.
import { type ConsumerMessage, type ConsumerOptions, codecs } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import { FakeLog } from './fake-log.ts';

export async function setup(options: Partial<ConsumerOptions<string>> = {}, partitions = 1) {
  const log = new FakeLog({ t: partitions });
  const broker = await fakeBroker(log.handlers);
  const client = await clientOf(broker);
  const consumer = client.consumer({ topics: 't', codec: codecs.text, ...options });
  return { log, broker, client, consumer };
}

export const texts = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => prefix + n);

/** Values of the next `count` messages. */
export async function take(
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
