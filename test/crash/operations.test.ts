// A real broker is killed with SIGKILL while messages die, dead letters are redriven, and workers accept and produce in
// one transaction. In the end every message has led to exactly one result. The seeds are fixed here; `npm run crash` runs more.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, connect, MillraceError, Reject } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { describe, expect, test } from 'vitest';

const RUNS = Number(process.env['MILLRACE_CRASH_RUNS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_CRASH_SEED'] ?? 1);
const KILLS = 3;
const MESSAGES = 300;
const DRAIN_MS_MAX = 90_000;
const WORK = 'work';
const DONE = 'done';
const GROUP = 'work';
const FLAGS = ['--lease-restart-grace', '100ms'];

/** Errors that a killed broker may cause, or a redrive that is on its way already. */
const EXPECTED = new Set([
  'CONNECTION_LOST',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'LIMIT_EXCEEDED',
]);

async function prepare(client: Client): Promise<void> {
  const { admin } = client;
  await admin.createTopic({ name: WORK, partitions: 3 });
  await admin.createTopic({ name: DONE, partitions: 2 });
  const config = {
    maxDeliveries: 3,
    visibilityTimeoutMs: 1_000,
    backoff: 'fixed',
    backoffBaseMs: 20,
  } as const;
  await admin.createShareGroup({ group: GROUP, topics: [WORK], config });
  await using producer = client.producer({ codec: codecs.text });
  const messages = Array.from({ length: MESSAGES }, (_, n) => ({ value: `m${n}`, key: `k${n}` }));
  await producer.sendBatch(WORK, messages);
}

/** Rejects or fails some at first; all others end in a transaction with their result. */
function startWorker(client: Client, random: Random) {
  return client.worker<string>({
    group: GROUP,
    topics: WORK,
    codec: codecs.text,
    concurrency: 8,
    prefetch: 0,
    visibilityTimeoutMs: 1_000,
    transactional: true,
    handler: async (message) => {
      await sleep(random.between(0, 10));
      if (random.chance(0.3)) throw new Reject('by chance');
      if (random.chance(0.1)) throw new Error('by chance');
      return { send: [{ topic: DONE, value: `done:${message.value}` }] };
    },
  });
}

async function redriveAgainAndAgain(
  client: Client,
  random: Random,
  running: { stopped: boolean },
  faults: string[],
): Promise<number> {
  let started = 0;
  while (!running.stopped) {
    try {
      await client.admin.startRedrive({
        topic: `${WORK}.dlq`,
        ratePerSecond: random.pick([0, 50]),
      });
      started += 1;
    } catch (error) {
      if (!(error instanceof MillraceError && EXPECTED.has(error.code))) faults.push(String(error));
    }
    await sleep(random.between(20, 200));
  }
  return started;
}

async function untilAllAccepted(client: Client): Promise<void> {
  const deadline = performance.now() + DRAIN_MS_MAX;
  for (;;) {
    const { totals } = await client.admin.counters(GROUP);
    if (totals.acknowledged === MESSAGES) return;
    if (performance.now() > deadline) throw new Error(`not done: ${JSON.stringify(totals)}`);
    await sleep(100);
  }
}

async function readDone(client: Client): Promise<string[]> {
  const { partitions } = await client.admin.describeTopic(DONE);
  const total = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  const found: string[] = [];
  await using consumer = client.consumer<string>({ topics: DONE, codec: codecs.text });
  for await (const message of consumer) {
    if (found.push(message.value) === total) break;
  }
  return found;
}

describe('kill -9 during dead-lettering, redrive and transactions [I2, I6]', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    test(`seed ${seed}`, { timeout: 180_000 }, async () => {
      const random = new Random(seed);
      const directory = new TemporaryDirectory('millrace-crash-');
      let broker = await BrokerProcess.start({ dataDir: directory.path, flags: FLAGS });
      const flags = [...FLAGS, '--port', `${broker.port}`];
      const options = { brokers: broker.address, logger: null, requestTimeoutMs: 20_000 };
      const client = await connect({ ...options, clientName: 'operations' });
      try {
        await prepare(client);
        const running = { stopped: false };
        const faults: string[] = [];
        const redriving = redriveAgainAndAgain(client, random.fork(), running, faults);
        const worker = startWorker(client, random.fork());
        for (let kill = 0; kill < KILLS; kill += 1) {
          await sleep(random.between(100, 700));
          await broker.end('SIGKILL');
          broker = await BrokerProcess.start({ dataDir: directory.path, flags });
        }
        await untilAllAccepted(client);
        running.stopped = true;
        expect(await redriving).toBeGreaterThan(0);
        await worker.close();
        const done = await readDone(client);
        expect(new Set(done).size).toBe(MESSAGES);
        expect(done.length).toBe(MESSAGES);
        const { totals } = await client.admin.counters(GROUP);
        expect(totals).toMatchObject({ acknowledged: MESSAGES, dead: 0, fresh: 0, ready: 0 });
        expect(faults).toEqual([]);
      } finally {
        await client.close();
        await broker.end('SIGTERM');
        directory.remove();
      }
    });
  }
});
