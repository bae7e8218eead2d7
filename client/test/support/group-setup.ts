// A consumer in a group of its own over a log in memory.
import { type ConsumerOptions, codecs } from '../../src/index.ts';
import { clientOf, fakeBroker } from './eventually.ts';
import { FakeGroup } from './fake-group.ts';
import { FakeLog } from './fake-log.ts';

export async function setup(
  options: Partial<ConsumerOptions<string>> = {},
  target = [0],
  partitions = 2,
) {
  const log = new FakeLog({ t: partitions });
  const group = new FakeGroup(log, target);
  const broker = await fakeBroker(group.handlers);
  const client = await clientOf(broker);
  const consumer = client.consumer({ group: 'g', topics: 't', codec: codecs.text, ...options });
  return { log, group, broker, client, consumer };
}

export const texts = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => prefix + n);

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
