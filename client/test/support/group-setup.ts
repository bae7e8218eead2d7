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

/** Records with these keys; values are the key and the position. */
export const keyed = (keys: readonly (string | null)[]) =>
  keys.map((key, at) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(`${key ?? '-'}${at}`),
  }));
