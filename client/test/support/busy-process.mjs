// A process of its own that uses everything over the built client, closes it, and must then end by itself.
import { codecs, connect } from '../../dist/index.js';

const [address = '', scenario] = process.argv.slice(2);
const client = await connect({ brokers: address, logger: null, requestTimeoutMs: 2_000 });
const producer = client.producer({ codec: codecs.text, lingerMs: 20 });
const consumer = client.consumer({ topics: 't', group: 'g', codec: codecs.text });
const worker = client.worker({ topics: 't', group: 'g', handler: () => {} });
const alone = client.consumer({ topics: 't', codec: codecs.text });

await producer.sendBatch('t', [{ value: 'a' }, { value: 'b' }]);
const running = consumer.run({ eachMessage: () => {} });
for await (const { value } of alone) if (value === 'b') break;
if (scenario === 'lost') {
  // The broker goes away with requests on their way and never comes back.
  await client.admin.deleteTopic('goodbye').catch(() => {});
  producer.send({ topic: 't', value: 'c' }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
}
await client.close({ timeoutMs: 500 });
await running;
await worker.finished;
console.log('closed');
