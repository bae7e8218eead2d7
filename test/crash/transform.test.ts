// Consume, transform, produce while broker and transformers are killed with SIGKILL, transformers frozen until their session
// is over, and replies lost, again and again at random: at the end every input has exactly one output, sums agree, and all is committed.
// The seed is fixed here; `npm run crash -- --runs 20` runs more. A failing seed is a bug report.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { describe, expect, test } from 'vitest';
import { DeafWire } from './deaf-wire.ts';
import { Seat } from './seat.ts';
import { compareAmounts } from './transform-check.ts';

const RUNS = Number(process.env['MILLRACE_CRASH_RUNS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_CRASH_SEED'] ?? 1);
const BLOWS = 10;
const GROUP = 'transform';
const PARTITIONS = 4;
const SETTLE_MS_MAX = 60_000;
const PROCESS = fileURLToPath(new URL('./transform-process.mjs', import.meta.url));

interface Amount {
  readonly from?: string;
  readonly amount: number;
}

/** Until it is told to stop; what became of a message that has no outcome is told by the log. */
async function feed(client: Client, random: Random, running: { stopped: boolean }): Promise<void> {
  const producer = client.producer();
  for (let n = 0; !running.stopped; n += 1) {
    const messages = Array.from({ length: random.between(1, 200) }, () => {
      const amount = random.between(1, 1_000);
      return { key: `${amount % 50}`, value: { amount } };
    });
    await producer.sendBatch('in', messages).catch(() => sleep(5));
    if (n % 4 === 0) await sleep(random.between(0, 30));
  }
  await producer.close();
}

async function readAll(client: Client, topic: string): Promise<Map<string, Amount[]>> {
  const { partitions } = await client.admin.describeTopic(topic);
  const total = partitions.reduce((all, one) => all + one.endOffset - one.startOffset, 0);
  const found = new Map<string, Amount[]>();
  const consumer = client.consumer<Amount>({ topics: topic });
  let count = 0;
  if (total > 0) {
    for await (const { partition, offset, value } of consumer) {
      const from = value.from ?? `${partition}/${offset}`;
      found.set(from, [...(found.get(from) ?? []), value]);
      count += 1;
      if (count === total) break;
    }
  }
  await consumer.close();
  return found;
}

async function untilCommitted(client: Client): Promise<void> {
  const giveUpAt = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { partitions } = await client.admin.describeTopic('in');
    const offsets = await client.admin.groupOffsets(GROUP);
    const isDone = partitions.every(({ partition, endOffset }) => {
      const found = offsets.find((one) => one.topic === 'in' && one.partition === partition);
      return (found?.offset ?? 0) === endOffset;
    });
    if (isDone) return;
    if (performance.now() > giveUpAt) {
      throw new Error(`never committed to the end: ${JSON.stringify({ partitions, offsets })}`);
    }
    await sleep(100);
  }
}

function sum(found: ReadonlyMap<string, readonly Amount[]>): number {
  let total = 0;
  for (const list of found.values()) for (const { amount } of list) total += amount;
  return total;
}

async function crashRun(seed: number): Promise<{ wrong: string[]; inputs: number }> {
  const random = new Random(seed);
  const directory = new TemporaryDirectory('millrace-transform-');
  let broker = await BrokerProcess.start({ dataDir: directory.path });
  const flags = ['--port', `${broker.port}`];
  const wire = await DeafWire.open(broker.port);
  const options = { brokers: broker.address, logger: null, requestTimeoutMs: 20_000 };
  const client = await connect({ ...options, clientName: 'feeder' });
  const seats: Seat[] = [];
  try {
    await client.admin.createTopic({ name: 'in', partitions: PARTITIONS });
    await client.admin.createTopic({ name: 'out', partitions: 3 });
    await client.admin.createTopic({ name: 'thirds', partitions: 1 });
    const args = () => [wire.address, GROUP];
    seats.push(new Seat(PROCESS, args), new Seat(PROCESS, args));
    const running = { stopped: false };
    const feeding = feed(client, random.fork(), running);
    for (let blow = 0; blow < BLOWS; blow += 1) {
      await sleep(random.between(200, 1_200));
      const choice = random.next();
      if (choice < 0.3) await wire.deafen(random.between(10, 200));
      else if (choice < 0.6) {
        await broker.end('SIGKILL');
        broker = await BrokerProcess.start({ dataDir: directory.path, flags });
      } else if (choice < 0.85) await random.pick(seats).kill();
      else await random.pick(seats).freeze(random.between(900, 1_800));
    }
    running.stopped = true;
    await feeding;
    await untilCommitted(client);
    await Promise.all(seats.map((seat) => seat.end('SIGTERM')));
    await broker.end('SIGKILL');
    broker = await BrokerProcess.start({ dataDir: directory.path, flags });
    await untilCommitted(client);
    const inputs = await readAll(client, 'in');
    const outputs = await readAll(client, 'out');
    const thirds = await readAll(client, 'thirds');
    const wrong = [
      ...compareAmounts(inputs, outputs, () => true),
      ...compareAmounts(inputs, thirds, (amount) => amount % 3 === 0),
    ];
    if (sum(inputs) !== sum(outputs)) wrong.push(`${sum(inputs)} came, ${sum(outputs)} went`);
    for (const seat of seats) {
      wrong.push(...seat.said.filter((line) => !line.includes('ended by itself with 0')));
    }
    return { wrong, inputs: inputs.size };
  } finally {
    await Promise.all(seats.map((seat) => seat.end('SIGKILL')));
    await client.close();
    await wire.close();
    await broker.end('SIGTERM');
    directory.remove();
  }
}

describe('kill -9 of broker and transformers: exactly once', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    test(`seed ${seed}`, { timeout: 150_000 }, async () => {
      const { wrong, inputs } = await crashRun(seed);
      expect(wrong.slice(0, 20)).toEqual([]);
      expect(inputs).toBeGreaterThan(0);
    });
  }
});
