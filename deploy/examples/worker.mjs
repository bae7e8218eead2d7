// An example worker: takes orders from the queue `billing`, a few at a time. Some fail and come again, damaged ones die. Beside it a
// consumer group reads the same topic as a log and adds up. Ends at SIGTERM.
// node worker.mjs HOST:PORT
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, MillraceError, Reject } from '@millrace/client';

/** @typedef {{ order: number, customer: string, cents: number, isDamaged: boolean }} Order */

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const client = await connect({ brokers, clientName: 'example-worker', waitForBrokerMs: 60_000 });
await unlessThere('TOPIC_EXISTS', client.admin.createTopic({ name: 'orders', partitions: 4 }));
await unlessThere(
  'GROUP_EXISTS',
  client.admin.createShareGroup({
    group: 'billing',
    topics: ['orders'],
    deadLetterTopic: 'orders.dlq',
    config: { maxDeliveries: 3, backoffBaseMs: 500 },
  }),
);

const worker = client.worker({
  group: 'billing',
  topics: 'orders',
  concurrency: 8,
  handler: async ({ value, deliveries }) => {
    const { order, isDamaged } = /** @type {Order} */ (value);
    await sleep(5 + (order % 40));
    if (isDamaged) throw new Reject('the order is damaged');
    if (order % 25 === 0 && deliveries === 1) throw new Error('the bank does not answer');
  },
});

let cents = 0;
const consumer = client.consumer({ group: 'turnover', topics: 'orders', from: 'earliest' });
const reading = (async () => {
  for await (const { value } of consumer) cents += /** @type {Order} */ (value).cents;
})();
console.log(`worker: takes from ${brokers}`);

if (!stop.signal.aborted) {
  await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
}
await worker.close();
await consumer.close();
await reading;
await client.close();
console.log(`worker: ${worker.stats.accepted} orders billed, ${(cents / 100).toFixed(2)} in all`);

/**
 * The producer, or an earlier life, may have been first.
 *
 * @param {string} code
 * @param {Promise<unknown>} making
 */
async function unlessThere(code, making) {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === code)) throw error;
  }
}
