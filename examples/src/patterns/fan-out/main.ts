// One event, many readers: each service has a share group of its own on one topic, two of them want a part of it only.
// The producer knows none of them. Run it with `npm run example -- fan-out`.
import { type Client, codecs, connect } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

interface Order {
  readonly id: string;
  readonly total: number;
}

const ORDERS = 'example.fan-out.orders';
const LARGE_ORDERS = 'example.fan-out.large-orders';
const group = (service: string) => `example.fan-out.${service}`;

// #region producer
async function placeOrders(client: Client): Promise<void> {
  const orders: [order: Order, country: string][] = [
    [{ id: 'o-1', total: 20 }, 'DE'],
    [{ id: 'o-2', total: 9_000 }, 'FR'],
    [{ id: 'o-3', total: 45 }, 'FR'],
    [{ id: 'o-4', total: 7_500 }, 'DE'],
  ];
  await client.producer<Order>().sendBatch(
    ORDERS,
    orders.map(([value, country]) => ({ key: value.id, value, headers: { country } })),
  );
}
// #endregion

// #region service
/** A service: it sees every order, whatever the others do, and fails and catches up on its own. */
async function stock(client: Client): Promise<string[]> {
  const reserved: string[] = [];
  const worker = client.worker({
    group: group('stock'),
    topics: ORDERS,
    codec: codecs.json<Order>(),
    handler: ({ value, deliveries }) => {
      if (value.id === 'o-2' && deliveries === 1) throw new Error('the shelf is locked');
      reserved.push(value.id);
    },
  });
  await idle(client, 'stock');
  await worker.close();
  return reserved.toSorted();
}
// #endregion

// #region filter
/** A filter in the service: the header is read without decoding the value, and what is not wanted is accepted at once. */
async function frenchTaxes(client: Client): Promise<string[]> {
  const taxed: string[] = [];
  const worker = client.worker({
    group: group('french-taxes'),
    topics: ORDERS,
    codec: codecs.json<Order>(),
    handler: (message) => {
      if (message.header('country') !== 'FR') return;
      taxed.push(message.value.id);
    },
  });
  await idle(client, 'french-taxes');
  await worker.close();
  return taxed.toSorted();
}
// #endregion

// #region router
/** A filter as a topic: one router reads all orders, and what passes is copied in one commit with its acknowledgement. */
async function routeLargeOrders(client: Client): Promise<void> {
  const worker = client.worker({
    group: group('router'),
    topics: ORDERS,
    codec: codecs.json<Order>(),
    transactional: true,
    handler: ({ key, value }, { send }) => {
      if (value.total > 5_000) send({ topic: LARGE_ORDERS, key, value });
    },
  });
  await idle(client, 'router');
  await worker.close();
}
// #endregion

/** Reads the routed topic as its only share group would. */
async function review(client: Client): Promise<string[]> {
  const reviewed: string[] = [];
  const worker = client.worker({
    group: group('review'),
    topics: LARGE_ORDERS,
    codec: codecs.json<Order>(),
    handler: ({ value }) => {
      reviewed.push(value.id);
    },
  });
  await idle(client, 'review');
  await worker.close();
  return reviewed.toSorted();
}

/** Until every message of the group is resolved: a service would run for ever, an example ends. */
async function idle(client: Client, service: string): Promise<void> {
  for (;;) {
    const { totals } = await client.admin.counters(group(service));
    const { fresh, ready, scheduled, leased } = totals;
    if (fresh + ready + scheduled + leased === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await using client = await connect({ brokers: process.argv[2] ?? '127.0.0.1:7650' });
const config = { backoff: 'none' } as const;
await makeAnew(client, {
  topics: [{ name: ORDERS, partitions: 2 }, { name: LARGE_ORDERS }],
  shareGroups: [
    { group: group('stock'), topics: [ORDERS], config },
    { group: group('french-taxes'), topics: [ORDERS] },
    { group: group('router'), topics: [ORDERS] },
    { group: group('review'), topics: [LARGE_ORDERS] },
  ],
  shareGroupsLater: [group('audit')],
});

await placeOrders(client);
const [reserved, taxed] = await Promise.all([
  stock(client),
  frenchTaxes(client),
  routeLargeOrders(client),
]);
console.log('stock reserved', reserved.join(' '));
console.log('french taxes of', taxed.join(' '));
console.log('reviewed', (await review(client)).join(' '));

// #region late
// A service that comes later begins where it likes: here with the first order there ever was.
await client.admin.createShareGroup({ group: group('audit'), topics: [ORDERS] });
const { totals } = await client.admin.counters(group('audit'));
console.log('audit, created afterwards, has', totals.fresh, 'orders before it');
// #endregion
