// A transformer in a process of its own, to be killed: `node transform-process.mjs BROKER GROUP`. It says 'ready', works
// until SIGTERM, and prints why it cannot go on, if so.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';

const [brokers = '', group = ''] = process.argv.slice(2);
const client = await connect({
  brokers,
  clientName: 'transformer',
  waitForBrokerMs: 60_000,
  retry: { firstDelayMs: 20, maxDelayMs: 200 },
  logger: null,
});

const transformer = client.transformer({
  topics: 'in',
  group,
  sessionTimeoutMs: 1_000,
  eachMessage: async (message, { produce }) => {
    const { partition, offset, key } = message;
    const { amount } = message.value;
    if (Math.random() < 0.02) await sleep(Math.random() * 5);
    produce('out', { key, value: { from: `${partition}/${offset}`, amount } });
    if (amount % 3 === 0) produce('thirds', { value: { from: `${partition}/${offset}`, amount } });
  },
});
process.once('SIGTERM', () => void transformer.close());
console.log('ready');
await transformer.finished.catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
await client.close();
