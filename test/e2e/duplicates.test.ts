// Several producers send the same messages at the same time to a real broker: the log takes each once, and every sender
// learns where it is.

import { type Client, codecs, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: TemporaryDirectory;
let broker: BrokerProcess;
let clients: Client[];

beforeAll(async () => {
  directory = new TemporaryDirectory('millrace-e2e-');
  broker = await BrokerProcess.start({ dataDir: directory.path });
  const options = { brokers: broker.address, logger: null };
  clients = await Promise.all([1, 2, 3].map(() => connect(options)));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await broker.end('SIGTERM');
  directory.remove();
});

async function newTopic(name: string): Promise<void> {
  await clients[0]?.admin.createTopic({ name, partitions: 3 });
}

/** Texts of all messages by `partition/offset`. */
async function read(topic: string, count: number): Promise<Map<string, string>> {
  const consumer = clients[0]?.consumer({ topics: topic, codec: codecs.text });
  const found = new Map<string, string>();
  for await (const { partition, offset, value } of consumer ?? []) {
    found.set(`${partition}/${offset}`, value ?? '');
    if (found.size === count) break;
  }
  await consumer?.close();
  return found;
}

async function endOffsets(topic: string): Promise<number> {
  const { partitions } = (await clients[0]?.admin.describeTopic(topic)) ?? { partitions: [] };
  return partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
}

/** An id for two in three messages; every id comes from all senders, and twice from each. */
const MESSAGES = Array.from({ length: 600 }, (_, n) => ({
  id: n % 3 === 0 ? undefined : `id-${n % 200}`,
  n,
}));

test('send: packed into batches with others', async () => {
  await newTopic('singles');
  const places = await Promise.all(
    clients.flatMap((client, sender) => {
      const producer = client.producer({ codec: codecs.text, batchBytes: 2_000 });
      return MESSAGES.map(async ({ id, n }) => {
        const value = id ?? `${sender}-${n}`;
        const sent = await producer.send({ topic: 'singles', value, dedupId: id });
        return { ...sent, value, id };
      });
    }),
  );
  const fresh = places.filter(({ duplicate }) => !duplicate);
  const ids = new Set(MESSAGES.map(({ id }) => id)).size - 1;
  const without = clients.length * MESSAGES.filter(({ id }) => id === undefined).length;
  expect(fresh).toHaveLength(ids + without);
  expect(await endOffsets('singles')).toBe(fresh.length);
  const stored = await read('singles', fresh.length);
  expect(places.filter((at) => stored.get(`${at.partition}/${at.offset}`) !== at.value)).toEqual(
    [],
  );
});

test.each(['none', 'gzip'] as const)('sendBatch, %s: positions of duplicates', async (codec) => {
  const topic = `batches-${codec}`;
  await newTopic(topic);
  const outcomes = await Promise.all(
    clients.map(async (client, sender) => {
      const producer = client.producer({ codec: codecs.text, compression: codec });
      const messages = MESSAGES.map(({ id, n }) => {
        return { value: id ?? `${sender}-${n}`, key: id, dedupId: id, delayMs: n };
      });
      return { messages, sent: await producer.sendBatch(topic, messages) };
    }),
  );
  const all = clients.length * MESSAGES.length;
  const dropped = outcomes.reduce((sum, { sent }) => sum + sent.duplicates.length, 0);
  expect(await endOffsets(topic)).toBe(all - dropped);
  const stored = await read(topic, all - dropped);
  for (const { messages, sent } of outcomes) {
    const at = messages.map((_, n) => stored.get(`${sent.partitions[n]}/${sent.offsets[n]}`));
    expect(at).toEqual(messages.map(({ value }) => value));
  }
  const withId = [...stored.values()].filter((value) => value.startsWith('id-'));
  expect(withId).toHaveLength(new Set(withId).size);
});
