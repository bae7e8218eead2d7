// A member of a group in a process of its own: `node consumer-process.mjs BROKER TOPIC GROUP OPTIONS`. Each line it prints
// tells of a batch, or a message, that it has handled: `partition first last at-ms`. It works until SIGTERM, and must then
// end by itself. What nobody caught is on stderr.
import { connect } from '@millrace/client';

const [brokers = '', topics = '', group = '', json = '{}'] = process.argv.slice(2);
const { run = {}, ...options } = JSON.parse(json);
process.on('unhandledRejection', (error) => console.error('unhandled rejection', error));

const client = await connect({
  brokers,
  waitForBrokerMs: 60_000,
  retry: { firstDelayMs: 10, maxDelayMs: 100 },
  logger: null,
});
const consumer = client.consumer({ topics, group, ...options });
process.once('SIGTERM', () => void consumer.close());

const handled = async ({ partition }, first, last) => {
  console.log(`${partition} ${first} ${last} ${Date.now()}`);
};
await consumer.run(
  run.ordering === undefined
    ? { ...run, eachBatch: (batch) => handled(batch, batch.firstOffset, batch.lastOffset) }
    : { ...run, eachMessage: (message) => handled(message, message.offset, message.offset) },
);
await client.close();
