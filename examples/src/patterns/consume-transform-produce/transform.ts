// The program that must not bill twice: reads orders, writes bills. Start as many as you like; kill any at any time.
// It sends nothing but by `produce`: a call to another service would not be part of the transaction.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';

interface Order {
  readonly number: number;
  readonly pieces: number;
  readonly price: number;
}

const [brokers = '127.0.0.1:7650', delayMs = '0'] = process.argv.slice(2);
const ORDERS = 'example.billing.orders';
const BILLS = 'example.billing.bills';
const REVIEWS = 'example.billing.reviews';
const client = await connect({ brokers, clientName: 'billing' });

// #region transformer
const transformer = client.transformer<Order>({
  topics: ORDERS,
  group: 'example.billing',
  sessionTimeoutMs: 2_000,
  eachMessage: async ({ key, value }, { produce }) => {
    const total = value.pieces * value.price;
    await sleep(Number(delayMs)); // what takes time, and may be interrupted
    produce(BILLS, { key, value: { order: value.number, total } });
    if (total > 1_000) produce(REVIEWS, { key, value: { order: value.number, total } });
  },
});
process.once('SIGTERM', () => void transformer.close());
await transformer.finished;
// #endregion
await client.close();
