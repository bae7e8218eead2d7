// The drill: a broker at work is backed up as docs/operations.md says, its data directory is lost with the broker, and
// another is made of the backup, on the same port. All that was acknowledged before the backup is there, in the state it had
// then; the clients that were at work go on by themselves. [D-1]

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, connect, MillraceError } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../broker/dist/bin.js', import.meta.url));
const MESSAGES = 200;
/** As many as were accepted before the backup. */
const ACCEPTED = 50;

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** `millrace-broker backup …` as an operator types it. */
function offline(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args]);
  let err = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })));
}

const OK: Ended = { code: 0, err: '' };

/** A log with a reader's offsets, and a queue of which some is accepted, one is dead and one waits. */
async function prepare(client: Client): Promise<void> {
  const { admin } = client;
  await admin.createTopic({ name: 'log', partitions: 1 });
  await admin.createTopic({ name: 'work', partitions: 1 });
  const config = { visibilityTimeoutMs: 3_600_000 } as const;
  await admin.createShareGroup({ group: 'workers', topics: ['work'], config });
  await using producer = client.producer<number>();
  const messages = Array.from({ length: MESSAGES }, (_, value) => ({ value }));
  await producer.sendBatch('log', messages);
  await producer.sendBatch('work', messages);
  await producer.send({ topic: 'work', value: MESSAGES, delayMs: 3_600_000 });
  await admin.commitGroupOffsets('readers', [{ topic: 'log', partition: 0, offset: 7 }]);
  await admin.createSchedule({ name: 'nightly', topic: 'log', value: 0, cron: '0 3 * * *' });
  await admin.security.createUser({ user: 'ada', password: 'a password of Ada' });
  await accept(client, ACCEPTED);
  const [bad] = await client.queue<number>('workers').receive({ topics: 'work' });
  await bad?.reject('by design');
}

async function accept(client: Client, maxMessages: number): Promise<number[]> {
  const messages = await client.queue<number>('workers').receive({ topics: 'work', maxMessages });
  await Promise.all(messages.map((message) => message.accept()));
  return messages.map(({ value }) => value);
}

const TIMES = new Set(['createdAtMs', 'oldestUnresolvedMs']);

async function standOf({ admin }: Client) {
  const { totals } = await admin.counters('workers');
  const stand = {
    totals,
    offsets: await admin.groupOffsets('readers'),
    schedules: (await admin.listSchedules()).map(({ name, cron }) => [name, cron]),
    users: (await admin.security.listUsers()).map(({ user }) => user),
    letters: (await admin.describeTopic('work.dlq')).partitions.map(({ endOffset }) => endOffset),
  };
  return JSON.parse(
    JSON.stringify(stand, (key, value: unknown) => (TIMES.has(key) ? undefined : value)),
  ) as unknown;
}

test('lost with its data directory, and brought back from a backup', {
  timeout: 180_000,
}, async () => {
  const root = new TemporaryDirectory('millrace-drill-');
  const [data, monday] = [join(root.path, 'data'), join(root.path, 'monday')];
  let broker = await BrokerProcess.start({ dataDir: data });
  const retry = { firstDelayMs: 20, maxDelayMs: 200 };
  const client = await connect({ brokers: broker.address, logger: null, retry });
  try {
    await prepare(client);
    const before = await standOf(client);
    const backup = offline('backup', data, monday, '--verify');
    expect(await backup).toEqual(OK);

    // What came after the backup goes with the data directory.
    await client.producer<number>().send({ topic: 'log', value: -1 });
    await accept(client, 10);
    expect(await standOf(client)).not.toEqual(before);
    await broker.end('SIGKILL');
    rmSync(data, { recursive: true });
    expect(await offline('restore', monday, data)).toEqual(OK);

    broker = await BrokerProcess.start({ dataDir: data, flags: ['--port', `${broker.port}`] });
    expect(await standOf(client)).toEqual(before);
    const consumer = client.consumer<number>({ topics: 'log' });
    const read: number[] = [];
    for await (const { value } of consumer) if (read.push(value) === MESSAGES) break;
    expect(read).toEqual(Array.from({ length: MESSAGES }, (_, value) => value));
    // The one behind those that were accepted is dead.
    const rest = await accept(client, MESSAGES);
    expect(rest).toEqual(
      Array.from({ length: MESSAGES - ACCEPTED - 1 }, (_, at) => at + ACCEPTED + 1),
    );
    const { offset } = await client.producer<number>().send({ topic: 'log', value: -2 });
    expect(offset).toBe(MESSAGES);
  } finally {
    await client.close().catch((error: unknown) => {
      if (!(error instanceof MillraceError)) throw error;
    });
    await broker.end('SIGTERM');
    root.remove();
  }
});
