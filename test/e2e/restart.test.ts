// A broker that is restarted under load, in order and by SIGKILL: producers, consumers, workers, requesters and transformers
// go on by themselves, on one connection, and nothing is lost, left over or thrown where nobody looks.

import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, expect, test } from 'vitest';

const MESSAGES = 600;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
process.on('unhandledRejection', note);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanups.splice(0).toReversed()) await step();
});

async function until(condition: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const giveUpAt = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`never true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Each is appended once: one that may or may not have been is sent again under its dedup id. */
async function produceAll(client: Client, topic: string): Promise<void> {
  const producer = client.producer();
  for (let n = 0; n < MESSAGES; n += 1) {
    const message = { topic, key: `${n % 10}`, value: n, dedupId: `${topic}-${n}` };
    while (
      await producer.send(message).then(
        () => false,
        () => true,
      )
    );
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

test('everything goes on', { timeout: 120_000 }, async () => {
  const directory = new TemporaryDirectory('millrace-restart-');
  cleanups.push(async () => directory.remove());
  const flags = ['--lease-restart-grace', '100ms'];
  let broker = await BrokerProcess.start({ dataDir: directory.path, flags });
  cleanups.push(() => broker.end('SIGKILL'));
  const client = await connect({
    brokers: broker.address,
    logger: null,
    retry: { maxDelayMs: 300 },
  });
  cleanups.push(() => client.close());
  const { admin } = client;
  await admin.createTopic({ name: 'log', partitions: 3, config: { dedup: 'id' } });
  await admin.createTopic({ name: 'work', partitions: 3, config: { dedup: 'id' } });
  await admin.createTopic({ name: 'made', partitions: 1 });
  await admin.createTopic({ name: 'questions', partitions: 1 });
  const config = { visibilityTimeoutMs: 2_000, backoff: 'none' } as const;
  await admin.createShareGroup({ group: 'workers', topics: ['work'], config });
  await admin.createShareGroup({ group: 'answers', topics: ['questions'], config });

  const read = new Set<number>();
  const consumer = client.consumer<number>({ topics: 'log', group: 'readers' });
  const reading = consumer.run({ eachMessage: ({ value }) => read.add(value) });
  const worked = new Set<number>();
  const worker = client.worker<number>({
    group: 'workers',
    topics: 'work',
    handler: ({ value }) => {
      worked.add(value);
    },
  });
  const answerer = client.worker<number, number>({
    group: 'answers',
    topics: 'questions',
    replies: true,
    handler: ({ value }) => value + 1,
  });
  const transformer = client.transformer<number>({
    topics: 'log',
    group: 'makers',
    eachMessage: ({ value }, { produce }) => produce('made', { value }),
  });
  const requester = client.requester<number, number>({ topic: 'questions', timeoutMs: 20_000 });
  const answers: number[] = [];
  const running = { isOver: false };
  const asking = (async () => {
    for (let n = 0; !running.isOver; n += 1) {
      const answer = await requester.request(n).catch(() => undefined);
      if (answer !== undefined) answers.push(answer - n);
    }
  })();
  const producing = Promise.all([produceAll(client, 'log'), produceAll(client, 'work')]);

  const again = [...flags, '--port', `${broker.port}`];
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
    const { size } = read;
    await until(() => read.size > size + 20 || read.size === MESSAGES);
    await broker.end(signal);
    broker = await BrokerProcess.start({ dataDir: directory.path, flags: again });
  }
  await producing;
  await until(() => read.size === MESSAGES && worked.size === MESSAGES);
  await until(async () => {
    const { totals } = await client.queue('workers').stats();
    return totals.acknowledged === MESSAGES;
  });
  await until(async () => {
    const offsets = await admin.groupOffsets('makers');
    return offsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0) === MESSAGES;
  });
  const before = answers.length;
  await until(() => answers.length > before);
  running.isOver = true;
  await asking;
  expect(new Set(answers)).toEqual(new Set([1]));
  const { partitions } = await admin.describeTopic('made');
  expect(partitions.map(({ endOffset }) => endOffset)).toEqual([MESSAGES]);
  await client.close();
  await Promise.all([reading, worker.finished, answerer.finished, transformer.finished]);
  expect(unhandled).toEqual([]);
});
