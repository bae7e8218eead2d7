// A real broker is killed with SIGKILL while a table is written and compacted, and started again on its data: the newest
// acknowledged record of each key is what a reader ends with, and a key that was deleted stays so.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, connect, MillraceError } from '@millrace/client';
import { BrokerProcess, Random, TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';

const TOPIC = 'table';
const KEYS = 20;
const KILLS = 2;
const FLAGS = ['--retention-check-interval', '100ms'];
const CONFIG = {
  cleanupPolicy: 'compact',
  segmentBytes: 64 * 1024,
  compactionDirtyRatio: 0,
  tombstoneRetentionMs: 100,
} as const;
const EXPECTED = ['CONNECTION_LOST', 'OUTCOME_UNKNOWN', 'DEADLINE_EXCEEDED', 'SHUTTING_DOWN'];

/** A write to a key: its number, or no value. */
interface Sent {
  readonly n: number;
  readonly isGone: boolean;
}

/** What may be the newest of each key: the last that was acknowledged, and those sent after it. */
class Writes {
  readonly possible = new Map<string, Sent[]>();
  count = 0;

  sent(key: string, write: Sent): void {
    this.possible.set(key, [...(this.possible.get(key) ?? []), write]);
    this.count += 1;
  }

  acknowledged(key: string, { n }: Sent): void {
    this.possible.set(
      key,
      (this.possible.get(key) ?? []).filter((each) => each.n >= n),
    );
  }
}

async function writeOn(client: Client, writes: Writes, random: Random, running: { on: boolean }) {
  const producer = client.producer({ codec: codecs.text });
  for (let n = 0; running.on; n += 1) {
    const key = `key-${random.between(0, KEYS - 1)}`;
    const one = { n, isGone: random.between(0, 9) === 0 };
    const value = one.isGone ? null : `${n}:${'x'.repeat(random.between(1, 4_000))}`;
    writes.sent(key, one);
    try {
      await producer.send({ topic: TOPIC, key, value, partition: 0 });
      writes.acknowledged(key, one);
    } catch (error) {
      if (!(error instanceof MillraceError) || !EXPECTED.includes(error.code)) throw error;
      await sleep(5);
    }
  }
  await producer.close();
}

/** The table as a reader from the beginning has it: number by key, and how many records that took. */
async function readTable(client: Client, mark: string) {
  const producer = client.producer({ codec: codecs.text });
  await producer.send({ topic: TOPIC, key: 'mark', value: mark, partition: 0 });
  await producer.close();
  const consumer = client.consumer<string>({ topics: TOPIC, codec: codecs.text });
  const table = new Map<string, number>();
  let records = 0;
  for await (const { key, value } of consumer) {
    records += 1;
    const name = String(key);
    if (value === mark) break;
    if (value === null || value === undefined || value === '') table.delete(name);
    else table.set(name, Number.parseInt(value, 10));
  }
  await consumer.close();
  return { table, records };
}

async function compactedTo(client: Client): Promise<number> {
  const { partitions } = await client.admin.describeTopic(TOPIC);
  return partitions[0]?.compactedTo ?? 0;
}

test('the newest record of each key outlives any kill [G-40] [G-43] [G-46]', async () => {
  const seed = Number(process.env['MILLRACE_CRASH_SEED'] ?? 1);
  const random = new Random(seed);
  const directory = new TemporaryDirectory('millrace-crash-');
  let broker = await BrokerProcess.start({ dataDir: directory.path, flags: FLAGS });
  const flags = [...FLAGS, '--port', `${broker.port}`];
  const client = await connect({ brokers: broker.address, logger: null, requestTimeoutMs: 20_000 });
  const writes = new Writes();
  const running = { on: true };
  try {
    await client.admin.createTopic({ name: TOPIC, partitions: 1, config: CONFIG });
    const writing = writeOn(client, writes, random.fork(), running);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(random.between(500, 1_500));
      await broker.end('SIGKILL');
      broker = await BrokerProcess.start({ dataDir: directory.path, flags });
    }
    // It is written on until there was something to compact, however slow the machine.
    await expect.poll(() => compactedTo(client), { timeout: 60_000 }).toBeGreaterThan(0);
    running.on = false;
    await writing;
    const { table, records } = await readTable(client, `${seed}-mark`);
    for (const [key, possible] of writes.possible) {
      const allowed = possible.map(({ n, isGone }) => [key, isGone ? undefined : n]);
      expect(allowed).toContainEqual([key, table.get(key)]);
    }
    expect(records).toBeLessThan(writes.count);
  } finally {
    running.on = false;
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  }
}, 120_000);
