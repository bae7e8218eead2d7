// A transformer in a process of its own, to be killed: `node transform-process.mjs BROKER GROUP`. It says 'ready', works
// until SIGTERM, and prints why it cannot go on, if so.
import { connect } from '@millrace/client';
import { transformAll } from '../history/clients/transforming.mjs';

const [brokers = '', group = ''] = process.argv.slice(2);
const client = await connect({
  brokers,
  clientName: 'transformer',
  waitForBrokerMs: 60_000,
  requestTimeoutMs: 120_000,
  retry: { firstDelayMs: 20, maxDelayMs: 200 },
  logger: null,
});

const transformer = transformAll(client, group);
process.once('SIGTERM', () => void transformer.close());
console.log('ready');
await transformer.finished.catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
await client.close();
