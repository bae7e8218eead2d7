// The worker of the scenarios by hand, each way it takes messages: it stops at its limit, takes none beyond it, and writes the field
// that it is told of.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Client, codecs, connect } from '@millrace/client';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programFile } from '../../scenarios/src/stage/actor.ts';

const TEST_MS_MAX = 100_000;
const MESSAGES = 30;
const LIMIT = 5;

let data: TemporaryDirectory;
let server: MillraceProcess;
let client: Client;

beforeAll(async () => {
  data = new TemporaryDirectory('millrace-worker-');
  server = await MillraceProcess.launch({ dataDir: join(data.path, 'data') });
  client = await connect({ brokers: server.address, logger: null });
}, TEST_MS_MAX);
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  data.remove();
});

test.each([
  ['native', ['--via=native']],
  ['sqs', ['--via=sqs']],
  ['ledger', ['--effects=ledger']],
])('MESSAGE_LIMIT, %s', { timeout: TEST_MS_MAX }, async (queue, how) => {
  await client.admin.createTopic({ name: queue, partitions: 1 });
  await client.admin.createShareGroup({ group: queue, topics: [queue] });
  const values = Array.from({ length: MESSAGES }, (_, at) => ({
    value: JSON.stringify({ id: `id-${at}`, order: `order-${at}` }),
  }));
  await client.producer({ codec: codecs.text }).sendBatch(queue, values);
  const log = join(data.path, `${queue}.log`);
  const env = {
    MESSAGE_LIMIT: `${LIMIT}`,
    MAX_MESSAGES: '3',
    SIDE_EFFECT_LOG_PATH: log,
    SIDE_EFFECT_LOG_FIELD: 'order',
  };
  const place = [`--broker=${server.address}`, `--endpoint=${server.httpUrl}`, `--queue=${queue}`];
  await promisify(execFile)(process.execPath, [programFile('worker'), ...place, ...how], { env });
  expect(readFileSync(log, 'utf8').split('\n').toSorted()).toEqual(
    ['', ...values.slice(0, LIMIT).map((_, at) => `order-${at}`)].toSorted(),
  );
  const { totals } = await client.admin.counters(queue);
  expect(totals).toMatchObject({ acknowledged: LIMIT, leased: 0 });
});
