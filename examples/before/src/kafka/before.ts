// Before: a log over Apache Kafka with KafkaJS. What it prints is what `examples/src/patterns/migrate-from-kafka/main.ts`, the
// program after the move, prints. It takes topics and groups of an empty cluster.
// Usage: before HOST:PORT of Kafka.

import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

interface Order {
  readonly item: string;
  readonly pieces: number;
}

// #region connect
const brokers = [process.argv[2] ?? '127.0.0.1:9092'];
const kafka = new Kafka({ clientId: 'shop', brokers, logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({
  topics: [
    { topic: 'orders', numPartitions: 2 },
    { topic: 'bills', numPartitions: 1 },
  ],
});
// #endregion

// #region produce
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5 });
await producer.connect();
const orders: [key: string, order: Order][] = [
  ['alice', { item: 'tea', pieces: 2 }],
  ['bob', { item: 'rice', pieces: 1 }],
  ['alice', { item: 'salt', pieces: 3 }],
];
await producer.send({
  topic: 'orders',
  messages: orders.map(([key, order]) => ({
    key,
    value: JSON.stringify(order),
    headers: { source: 'shop' },
  })),
});
// #endregion

// #region consume
const stock = kafka.consumer({ groupId: 'stock' });
await stock.connect();
await stock.subscribe({ topic: 'orders', fromBeginning: true });
const taken: string[] = [];
await stock.run({
  eachMessage: async ({ message }) => {
    const { item } = JSON.parse(message.value?.toString() ?? '') as Order;
    taken.push(`${message.key?.toString()} ${item}`);
  },
});
while (taken.length < orders.length) await sleep(20);
await stock.disconnect();
console.log('taken', taken.filter((text) => text.startsWith('alice')).join(', '));
console.log('all', taken.toSorted().join(', '));
// #endregion

// #region transaction
const billing = kafka.consumer({ groupId: 'billing', readUncommitted: false });
const biller = kafka.producer({
  transactionalId: 'biller',
  idempotent: true,
  maxInFlightRequests: 1,
});
await Promise.all([billing.connect(), biller.connect()]);
await billing.subscribe({ topic: 'orders', fromBeginning: true });
let billed = 0;
await billing.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await biller.transaction();
    try {
      const { pieces } = JSON.parse(message.value?.toString() ?? '') as Order;
      const value = JSON.stringify({ total: pieces * 10 });
      await transaction.send({ topic: 'bills', messages: [{ key: message.key, value }] });
      const offset = `${Number(message.offset) + 1}`;
      const topics = [{ topic, partitions: [{ partition, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: 'billing', topics });
      await transaction.commit();
    } catch (error) {
      await transaction.abort();
      throw error;
    }
    billed += 1;
  },
});
while (billed < orders.length) await sleep(20);
await Promise.all([billing.disconnect(), biller.disconnect()]);
console.log('billed', billed);
// #endregion

// #region reset
await admin.resetOffsets({ groupId: 'stock', topic: 'orders', earliest: true });
const offsets = await admin.fetchOffsets({
  groupId: 'stock',
  topics: ['orders'],
  resolveOffsets: true,
});
const at = offsets.flatMap(({ partitions }) => partitions.map(({ offset }) => Number(offset)));
console.log('stock begins anew at', at.join(', '));
// #endregion
await producer.disconnect();
await admin.disconnect();
