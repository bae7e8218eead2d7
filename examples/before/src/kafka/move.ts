// Copies a topic of Kafka to a topic of Millrace as it grows, or back, until it is told to stop by SIGTERM; and tells a consumer
// group of Millrace how far the group of that name had come in Kafka. What one way has copied, the other leaves alone, so
// both may run at a time. A crash loses nothing; forth it also doubles nothing.
// Usage: move forth|back|group TOPIC HOST:PORT-OF-KAFKA TARGET HOST:PORT [GROUP].

import { codecs, connect, type Message as Record } from '@millrace/client';
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs';

const [way, topic = '', bootstrap = '', target = '', brokers = '', group = ''] =
  process.argv.slice(2);
const kafka = new Kafka({ clientId: 'move', brokers: [bootstrap], logLevel: logLevel.ERROR });
await using client = await connect({ brokers });

/** It begins again where it was, when it is started again. */
function fail(error: Error): never {
  console.error(error);
  process.exit(1);
}

// #region forth
async function forth(): Promise<void> {
  const producer = client.producer<Uint8Array>({ codec: codecs.bytes });
  const consumer = kafka.consumer({ groupId: 'move-to-millrace' });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) fail(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    // What is read is committed after the batch is on the broker's disk, not before.
    eachBatch: async ({ batch: { partition, messages } }) => {
      const own = messages.filter(({ headers }) => headers?.['millrace-offset'] === undefined);
      const records = own.map((message) => recordOf(partition, message));
      if (records.length > 0) await producer.sendBatch(target, records);
    },
  });
  await stopped;
  await consumer.disconnect();
}

function recordOf(partition: number, { key, value, timestamp, offset, headers }: KafkaMessage) {
  const own = Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values ?? ''].flat().map((one) => [name, one] as const),
  );
  return {
    partition,
    key,
    value,
    timestampMs: Number(timestamp),
    headers: [...own, ['kafka-offset', offset] as const],
    dedupId: `${topic}/${partition}/${offset}`,
  };
}
// #endregion

// #region group
/** The members of the group are stopped at both ends; `forth` has copied what they read. */
async function moveGroup(): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const [read] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  await admin.disconnect();
  const committed = (read?.partitions ?? []).filter(({ offset }) => offset !== '-1');
  const places = await Promise.all(
    committed.map(async ({ partition, offset }) => ({
      topic: target,
      partition,
      offset: await placeOf(partition, Number(offset)),
    })),
  );
  await client.admin.commitGroupOffsets(group, places);
  console.log('next', places.map(({ offset }) => offset).join(', '));
}

/** Offsets differ: of a topic that is not read from its first record, or was written to by transactions. */
async function placeOf(partition: number, offset: number): Promise<number> {
  const [end] = await client.admin.listOffsets([{ topic: target, partition, at: 'latest' }]);
  let next = 0;
  const reader = client.consumer({ topics: target, partitions: [partition] });
  while (next < (end?.offset ?? 0)) {
    for await (const message of reader) {
      if (Number(message.header('kafka-offset')) >= offset) return message.offset;
      next = message.offset + 1;
      if (next >= (end?.offset ?? 0)) break;
    }
  }
  return next;
}
// #endregion

// #region back
async function back(): Promise<void> {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const consumer = client.consumer({ topics: target, group: 'move-to-kafka', commit: 'each' });
  void stopped.then(() => consumer.close());
  await consumer.run({
    eachBatch: async ({ messages }) => {
      const own = messages.filter((message) => message.header('kafka-offset') === undefined);
      if (own.length > 0) await producer.send({ topic, messages: own.map(messageOf) });
    },
  });
  await producer.disconnect();
}

function messageOf(record: Record<unknown>) {
  const { keyBytes, valueBytes, timestampMs, partition, offset } = record;
  const bytes = (part: Uint8Array | null) => (part === null ? null : Buffer.from(part));
  const headers = Object.fromEntries(
    record.headers.map(([name, text]) => [name, Buffer.from(text)]),
  );
  return {
    partition,
    key: bytes(keyBytes),
    value: bytes(valueBytes),
    timestamp: `${timestampMs}`,
    headers: { ...headers, 'millrace-offset': `${offset}` },
  };
}
// #endregion

const WAYS = new Map([
  ['forth', forth],
  ['back', back],
  ['group', moveGroup],
]);
const stopped = new Promise<void>((resolve) => void process.once('SIGTERM', resolve));
const go = WAYS.get(way ?? '');
if (go === undefined) throw new Error(`move forth|back|group, not ${way}`);
await go();
