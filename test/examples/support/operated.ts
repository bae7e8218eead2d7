// What the commands of docs/operations.md are about: topics, queues and groups of these names, with messages in every state that
// they look at. Made through the public client alone.
import { type Client, connect } from '@millrace/client';

const JOBS = 300;

export async function fillForOperations(address: string): Promise<void> {
  const client = await connect({ brokers: address });
  try {
    // The first topic: ids of its messages begin with 00000001.
    await makeJobs(client);
    await makeFlights(client);
    await makePayments(client);
    await makeEffect(client);
    await client.admin.createTopic({ name: 'chores' });
  } finally {
    await client.close();
  }
}

async function makeJobs(client: Client): Promise<void> {
  await client.admin.createTopic({ name: 'jobs' });
  await client.admin.createTopic({ name: 'jobs.dlq' });
  const config = { maxDeliveries: 1, backoff: 'none' } as const;
  await client.admin.createShareGroup({
    group: 'jobs',
    topics: ['jobs'],
    config,
    deadLetterTopic: 'jobs.dlq',
  });
  const values = Array.from({ length: JOBS }, (_, at) => ({ value: { job: at } }));
  await client.producer().sendBatch('jobs', values);
  const queue = client.queue('jobs');
  const first = await queue.receive({ topics: 'jobs', maxMessages: 5 });
  await Promise.all(first.map((message) => message.release({ error: 'the disk is full' })));
  const held = await queue.receive({ topics: 'jobs', maxMessages: 1 });
  await held[0]?.accept();
  const later = await queue.receive({ topics: 'jobs', maxMessages: 60 });
  await Promise.all(later.map((message) => message.return()));
}

async function makeFlights(client: Client): Promise<void> {
  await client.admin.createTopic({ name: 'flights', partitions: 4 });
  const records = Array.from({ length: 400 }, (_, at) => ({ partition: at % 4, value: { at } }));
  await client.producer().sendBatch('flights', records);
  const consumer = client.consumer({ topics: 'flights', group: 'reports' });
  let seen = 0;
  for await (const message of consumer) {
    seen += 1;
    if (seen < records.length) continue;
    await message.commit();
    break;
  }
  await consumer.close({ leave: true });
}

async function makePayments(client: Client): Promise<void> {
  await client.admin.createTopic({ name: 'payments' });
  await client.admin.createTopic({ name: 'payments.dlq' });
  await client.admin.createShareGroup({
    group: 'payments',
    topics: ['payments'],
    config: { ordering: 'key', onExhausted: 'block', maxDeliveries: 1, backoff: 'none' },
    deadLetterTopic: 'payments.dlq',
  });
  const payment = (key: string) => ({ key, value: { of: key } });
  await client.producer().sendBatch('payments', ['alice', 'alice', 'bob', 'carol'].map(payment));
  const queue = client.queue('payments');
  const taken = await queue.receive({ topics: 'payments', maxMessages: 10 });
  await Promise.all(taken.map((message) => message.release({ error: 'no money' })));
}

async function makeEffect(client: Client): Promise<void> {
  await client.admin.createTopic({ name: 'orders' });
  await client.admin.createShareGroup({ group: 'billing', topics: ['orders'] });
  await client.producer().send({ topic: 'orders', value: { order: 17 } });
  const worker = client.worker({
    group: 'billing',
    topics: 'orders',
    handler: async (_message, { once }) => {
      await once('charge:order-17', async () => ({ charged: 12 }));
    },
    onOutcome: () => void worker.close(),
  });
  await worker.finished;
}
