// The admin pages: health, readiness, metrics, and what else may be asked of them.

import { once } from 'node:events';
import { connect } from 'node:net';
import { openLog } from '@millrace/options';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ShardMetrics } from '../../src/metrics/shard-metrics.ts';
import { METRICS } from '../../src/metrics/table.ts';
import { Server } from '../../src/server.ts';
import { DEFAULTS, EMPTY_SAMPLE, openRim, type Rim } from './open-rim.ts';
import { WireClient } from './wire-client.ts';

let rim: Rim;

beforeEach(async () => {
  const sample = () => ({
    ...EMPTY_SAMPLE,
    topics: 3,
    partitions: 12,
    schedulesFailing: 3,
    consumerGroups: 2,
    shareGroups: 250,
  });
  rim = await openRim({ handlers: { ListGroups: () => ({ groups: [] }) }, sample });
});

afterEach(async () => {
  await rim.server.close();
});

const get = (path: string, init?: RequestInit) => fetch(`${rim.adminUrl}${path}`, init);

test('healthz, readyz, query strings, HEAD, unknown pages, other methods', async () => {
  expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
  // Not for ten seconds after the machine held the process up.
  await expect.poll(async () => (await get('/readyz?verbose=1')).status).toBe(200);
  const head = await get('/metrics', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1_000);
  expect((await get('/')).status).toBe(404);
  const post = await get('/metrics', { method: 'POST', body: 'x'.repeat(1_000) });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('before the protocol is served: healthy, not ready, and metrics without a shard', async () => {
  const { log } = openLog({ level: 'silent', format: 'json', sink: { write: () => undefined } });
  const options = { ...DEFAULTS, port: 0, adminPort: 0 };
  const server = new Server({ options, version: '1', shardMetrics: new ShardMetrics(), log });
  const { port } = await server.openAdmin();
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect([await status('/healthz'), await status('/readyz'), await status('/metrics')]).toEqual([
    200, 503, 200,
  ]);
  await server.close();
});

test('a client that never finishes its request does not stay for ever, nor in the way', async () => {
  const slow = connect(Number(new URL(rim.adminUrl).port), '127.0.0.1');
  await once(slow, 'connect');
  slow.write('GET /healthz HT');
  expect((await get('/healthz')).status).toBe(200);
  slow.write('TP/1.1\r\n\r\n');
  const [answer] = (await once(slow, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/);
  slow.destroy();
});

/** The text format, strictly: a HELP and a TYPE line before the samples of each metric, each sample once. */
function parseMetrics(text: string) {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      types.set(type[1] as string, type[2] as string);
      continue;
    }
    const sample = /^([a-z_]\w*)(\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a line of the format: ${line}`);
    const [, name = '', labels = '', value] = sample;
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
    const isKnown = types.has(family) && !samples.has(name + labels);
    // Prometheus reads NaN in any case: the mean delay when two scrapes come at once.
    const isNumber = value === 'Nan' || !Number.isNaN(Number(value));
    if (!isKnown || !isNumber) throw new Error(`an odd sample: ${line}`);
    samples.set(name + labels, Number(value));
  }
  return { types, samples };
}

test('one address does not take all the places of the admin port [A-81]', async () => {
  const open = () => connect(Number(new URL(rim.adminUrl).port), '127.0.0.1');
  const held = Array.from({ length: 32 }, open);
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const oneMore = open().on('error', () => undefined);
  await new Promise((resolve) => oneMore.resume().once('close', resolve));
  expect(oneMore.bytesRead).toBe(0);
  for (const socket of held) socket.destroy();
  const status = () =>
    get('/healthz').then(
      ({ status: code }) => code,
      () => 0,
    );
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
});

test('the metrics page is what Prometheus reads, and has every row of the table', async () => {
  const client = await WireClient.greeted(rim.port);
  for (let i = 0; i < 3; i += 1) await client.ask('ListGroups', {});
  await client.ask('DeleteGroup', { group: 'g' });
  rim.metrics.committed(10, 5_000, 2);
  rim.metrics.committed(2, 300, 1);
  rim.metrics.appended(100, 10_000);
  rim.metrics.deadLettered(1, 2);
  rim.metrics.compacted(30, false);
  rim.metrics.compacted(4, true);
  rim.metrics.acknowledgedAs('accept', 5);
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const { types, samples } = parseMetrics(await response.text());
  for (const [name, { type }] of Object.entries(METRICS)) expect(types.get(name)).toBe(type);
  const value = (line: string) => samples.get(line);
  expect(value('millrace_requests_total{api="ListGroups",outcome="ok"}')).toBe(3);
  expect(value('millrace_requests_total{api="DeleteGroup",outcome="INVALID_REQUEST"}')).toBe(1);
  expect(value('millrace_request_duration_seconds_count{api="ListGroups"}')).toBe(3);
  expect(value('millrace_request_duration_seconds_bucket{api="ListGroups",le="+Inf"}')).toBe(3);
  expect(value('millrace_connections')).toBe(1);
  expect(value('millrace_received_bytes_total')).toBeGreaterThan(10);
  expect(value('millrace_commit_rows_bucket{le="1"}')).toBe(0);
  expect(value('millrace_commit_rows_bucket{le="5"}')).toBe(1);
  expect(value('millrace_commit_rows_bucket{le="10"}')).toBe(2);
  expect(value('millrace_commit_rows_sum')).toBe(12);
  expect(value('millrace_commit_duration_seconds_sum')).toBe(0.003);
  expect(value('millrace_appended_bytes_total')).toBe(10_000);
  expect(value('millrace_dead_letters_total')).toBe(2);
  expect(value('millrace_compaction_removed_records_total')).toBe(34);
  expect(value('millrace_compaction_passes_total')).toBe(1);
  expect(value('millrace_acknowledged_messages_total{kind="accept"}')).toBe(5);
  expect(value('millrace_partitions')).toBe(12);
  expect(value('millrace_groups{kind="share"}')).toBe(250);
  expect(value('millrace_schedules_failing')).toBe(3);
  expect(value('millrace_nodejs_eventloop_lag_p99_seconds')).toBeDefined();
  expect(value('millrace_process_cpu_seconds_total')).toBeGreaterThan(0);
});

test('scrapes that overlap share one answer', async () => {
  const pages = await Promise.all(
    Array.from({ length: 8 }, async () => (await get('/metrics')).text()),
  );
  for (const page of pages) expect(() => parseMetrics(page)).not.toThrow();
});

test('recording a request costs less than a microsecond', async () => {
  const { ApiMetrics } = await import('../../src/metrics/request-metrics.ts');
  const metrics = new ApiMetrics();
  const rounds = 200_000;
  for (let i = 0; i < rounds; i += 1) metrics.answered(i % 100);
  // Of the processor's time: the clock goes on while others have it.
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i += 1) metrics.answered(i % 100);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / rounds).toBeLessThan(1);
  expect(metrics.duration.count).toBe(2 * rounds);
});
