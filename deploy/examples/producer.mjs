// An example producer: orders, about twenty a second, some for later and a few that nobody can work off. Ends at SIGTERM.
// node producer.mjs HOST:PORT
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, MillraceError } from '@millrace/client';

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const client = await connect({ brokers, clientName: 'example-producer', waitForBrokerMs: 60_000 });
try {
  await client.admin.createTopic({ name: 'orders', partitions: 4 });
} catch (error) {
  // The worker may have been first, or an earlier life.
  if (!(error instanceof MillraceError && error.code === 'TOPIC_EXISTS')) throw error;
}
const producer = client.producer();
console.log(`producer: sends to ${brokers}`);

for (let order = 1; !stop.signal.aborted; order += 1) {
  const customer = `customer-${order % 50}`;
  await producer.send({
    topic: 'orders',
    key: customer,
    value: { order, customer, cents: 100 + ((order * 37) % 9_900), isDamaged: order % 100 === 0 },
    // One in ten is due a little later.
    ...(order % 10 === 0 ? { delayMs: 5_000 } : {}),
  });
  await sleep(50, undefined, { signal: stop.signal }).catch(() => undefined);
}
await client.close();
