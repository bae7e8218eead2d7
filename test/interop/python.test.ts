// The protocol by its document alone: a client in Python, written from docs/protocol.md, the reference and the golden
// vectors, holds itself against the vectors and a real broker, and exchanges records with the client of this repository.

import { type Client, codecs, connect, type Message, MillraceError } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../e2e/support/member-process.ts';
import { PYTHON_LACK, PythonProcess, runPython } from './support/python.ts';

const SCENARIOS = [
  'hello',
  'invalid payloads',
  'garbage',
  'forms',
  'limits',
  'errors',
  'plain',
  'compressed',
  'keyed',
  'columns',
  'invalid batches',
  'producers',
  'expected offset',
  'waiting',
  'reading',
  'sessions',
  'offsets',
  'two members',
  'news',
  'heartbeats that wait',
  'each kind',
  'exhausted',
  'dead-letter topics',
  'leases',
  'parts of batches',
];

const LOGIN_SCENARIOS = [
  'the exchange of RFC 7677',
  'nobody',
  'password',
  'server signature',
  'channel binding',
  'token',
  'expiry',
];

const COMPRESSIONS = ['none', 'gzip', 'lz4', 'snappy'] as const;
type Compression = (typeof COMPRESSIONS)[number];

interface Row {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string])[];
}

const hexOf = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString('hex');

function rowOf(message: Message<unknown>): Row {
  const { partition, offset, timestampMs, keyBytes, valueBytes, headers } = message;
  return {
    partition,
    offset,
    timestampMs,
    key: hexOf(keyBytes),
    value: hexOf(valueBytes),
    headers: headers.map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
  };
}

async function rowsOf(...args: string[]): Promise<Row[]> {
  const { printed, status } = await runPython('exchange.py', ...args);
  if (status !== 0) throw new Error(printed);
  const lines = printed.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Row);
}

const sorted = (rows: readonly Row[]) =>
  rows.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);

beforeEach((context) => {
  if (PYTHON_LACK !== undefined) context.skip(PYTHON_LACK);
});

async function playScenarios(...args: readonly string[]): Promise<Map<string, string>> {
  const { printed } = await runPython('check-broker.py', ...args);
  const parts = printed.split(/^(?=ok |FAILED )/m);
  return new Map(parts.map((part) => [/^\w+ (.*?)(?: \(\d+ ms\))?$/m.exec(part)?.[1] ?? '', part]));
}

test('a broker that asks who its clients are: every login, and every one that is refused', async () => {
  const directory = new TemporaryDirectory('millrace-python-login-');
  const flags = ['--authentication', 'required'];
  const broker = await BrokerProcess.start({ dataDir: directory.path, flags });
  try {
    const played = await playScenarios('--login', broker.address, await broker.adminToken());
    expect([...played.keys()]).toEqual(LOGIN_SCENARIOS);
    for (const report of played.values()) expect(report).toMatch(/^ok /);
  } finally {
    await broker.end('SIGTERM');
    directory.remove();
  }
});

test('golden vectors', async () => {
  const { printed, status } = await runPython('check-vectors.py');
  expect(printed).toMatch(/^\d{3,} vectors passed, 0 failed$/m);
  expect(status).toBe(0);
});

describe('a real broker', () => {
  let directory: TemporaryDirectory;
  let broker: BrokerProcess;
  let client: Client;
  /** By scenario what it printed, `ok` or how it failed: all in one process, which a start of Python costs less than. */
  let played: Promise<Map<string, string>>;

  beforeAll(async () => {
    if (PYTHON_LACK !== undefined) return;
    directory = new TemporaryDirectory('millrace-python-');
    broker = await BrokerProcess.start({ dataDir: directory.path });
    client = await connect({ brokers: broker.address, logger: null });
    played = playScenarios(broker.address);
  });

  afterAll(async () => {
    if (PYTHON_LACK !== undefined) return;
    await client.close();
    await broker.end('SIGTERM');
    directory.remove();
  });

  test.for(SCENARIOS)('%s', async (name) => {
    const reports = await played;
    expect(reports.get(name)).toMatch(/^ok /);
  });

  test('no other scenario is played', async () => {
    expect([...(await played).keys()]).toEqual(SCENARIOS);
  });

  test('what Python wrote the Node client reads', async () => {
    await client.admin.createTopic({ name: 'from-python', partitions: 3 });
    const wrote = await rowsOf('write', broker.address, 'from-python', '200');
    expect(wrote.length).toBe(200);
    const read: Row[] = [];
    const consumer = client.consumer({ topics: 'from-python', codec: codecs.bytes });
    for await (const message of consumer) {
      read.push(rowOf(message));
      if (read.length === wrote.length) break;
    }
    expect(sorted(read)).toEqual(sorted(wrote));
  });

  function producerWith(compression: Compression) {
    try {
      return client.producer({ codec: codecs.bytes, compression });
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'UNSUPPORTED_CODEC') return null;
      throw error;
    }
  }

  test.for(COMPRESSIONS)(
    'what the Node client wrote Python reads: %s',
    async (compression, { skip }) => {
      const topic = `from-node-${compression}`;
      await client.admin.createTopic({ name: topic, partitions: 3 });
      const producer = producerWith(compression) ?? skip(`no codec ${compression} is installed`);
      const messages = Array.from({ length: 200 }, (_, number) => ({
        key: number % 3 === 0 ? null : `key-${number % 17}`,
        value: Buffer.from(`${number} `.repeat(20)),
        headers: { number: String(number), 'h\u00e9': Buffer.from([0, 255]) },
        timestampMs: 1_767_225_600_000 - number,
      }));
      await producer.sendBatch(topic, messages);
      const read = await rowsOf('read', broker.address, topic);
      const wanted = messages.map(({ key, value, headers, timestampMs }) => ({
        timestampMs,
        key: key === null ? null : hexOf(Buffer.from(key)),
        value: hexOf(value),
        headers: Object.entries(headers).map(([name, held]) => [name, hexOf(Buffer.from(held))]),
      }));
      const found = read
        .toSorted((a, b) => b.timestampMs - a.timestampMs)
        .map(({ timestampMs, key, value, headers }) => ({ timestampMs, key, value, headers }));
      expect(found).toEqual(wanted);
    },
  );

  test('a group of a Node consumer and a Python member', async () => {
    const [topics, group] = ['shared', 'both'];
    await client.admin.createTopic({ name: topics, partitions: 4 });
    const consumer = client.consumer({ topics, group });
    const ended = consumer.run({ eachMessage: () => {} });
    const has = (count: number) =>
      until(
        () => consumer.assignment.length === count,
        () => `${count} partitions, not ${consumer.assignment.length}`,
        10_000,
      );
    await has(4);
    const member = new PythonProcess('exchange.py', 'member', broker.address, topics, group);
    try {
      await has(2);
      const own = consumer.assignment.map(({ partition }) => partition);
      const others = [0, 1, 2, 3].filter((partition) => !own.includes(partition));
      const isTold = () =>
        JSON.stringify(member.lines.at(-1)) === JSON.stringify({ owned: others });
      await until(
        isTold,
        () => `${JSON.stringify(others)}: ${JSON.stringify(member.lines)}`,
        10_000,
      );
      member.send('enough');
      expect(await member.exited).toBe(0);
      expect(member.lines.at(-1)).toEqual({ committed: [0, 0] });
      await has(4);
      const { offsets } = await client.admin.describeGroup(group);
      const notes = offsets.filter(({ metadata }) => metadata === 'python');
      expect(notes.map(({ partition }) => partition)).toEqual(others);
    } finally {
      member.kill();
      await consumer.close();
      await ended;
    }
  });
});
