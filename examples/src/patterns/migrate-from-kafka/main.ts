// What an application of Kafka becomes: the same topics, producers, groups and transactions, line by line beside
// `examples/before/src/kafka/before.ts`. Both print the same.

import { connect } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

interface Order {
  readonly item: string;
  readonly pieces: number;
}

const ORDERS = 'example.orders';
const BILLS = 'example.bills';
const STOCK = 'example.stock';
const BILLING = 'example.bill-orders';

// #region connect
const brokers = process.argv[2] ?? '127.0.0.1:7650';
await using client = await connect({ brokers, clientName: 'shop' });
await makeAnew(client, {
  topics: [
    { name: ORDERS, partitions: 2 },
    { name: BILLS, partitions: 1 },
  ],
  consumerGroups: [STOCK, BILLING],
});
// #endregion

// #region produce
const producer = client.producer<Order>();
const orders: [key: string, order: Order][] = [
  ['alice', { item: 'tea', pieces: 2 }],
  ['bob', { item: 'rice', pieces: 1 }],
  ['alice', { item: 'salt', pieces: 3 }],
];
await producer.sendBatch(
  ORDERS,
  orders.map(([key, value]) => ({ key, value, headers: { source: 'shop' } })),
);
// #endregion

// #region consume
const stock = client.consumer<Order>({ topics: ORDERS, group: STOCK });
const taken: string[] = [];
await stock.run({
  eachMessage: ({ key, value }) => {
    taken.push(`${key} ${value.item}`);
    if (taken.length === orders.length) void stock.close();
  },
});
console.log('taken', taken.filter((text) => text.startsWith('alice')).join(', '));
console.log('all', taken.toSorted().join(', '));
// #endregion

// #region transaction
const billing = client.transformer<Order>({
  topics: ORDERS,
  group: BILLING,
  eachMessage: ({ key, value }, { produce }) => {
    produce(BILLS, { key, value: { total: value.pieces * 10 } });
  },
});
while (billing.stats.handled < orders.length) await new Promise((go) => setTimeout(go, 10));
await billing.close();
console.log('billed', billing.stats.handled);
// #endregion

// #region reset
await client.admin.resetGroupOffsets(STOCK, { to: 'earliest' });
const at = (await client.admin.groupOffsets(STOCK)).map(({ offset }) => offset);
console.log('stock begins anew at', at.join(', '));
// #endregion
