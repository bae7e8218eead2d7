// A process that nobody asked for traces: it loads nothing of OpenTelemetry's SDK, and makes no spans. What it loaded its own
// coverage says, of all its threads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, expect, test, vi } from 'vitest';
import { OtlpCollector } from './support/otlp-collector.ts';

vi.setConfig({ testTimeout: 60_000 });
afterEach(() => vi.unstubAllEnvs());

const SDK = /node_modules\/@opentelemetry\/(sdk-|exporter-|otlp-|context-async-hooks)/;

/** What a process loaded that took a message over HTTP, and the headers of that message. */
async function loadedBy(flags: readonly string[]): Promise<{ files: string[]; headers: object }> {
  const directory = new TemporaryDirectory('millrace-untraced-');
  const coverage = join(directory.path, 'coverage');
  vi.stubEnv('NODE_V8_COVERAGE', coverage);
  const server = await MillraceProcess.launch({ dataDir: join(directory.path, 'data'), flags });
  vi.unstubAllEnvs();
  const ask = async (path: string, body?: object) => {
    const reply = await fetch(`${server.httpUrl}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.ok).toBe(true);
    return (await reply.json()) as { records?: { headers?: object }[] };
  };
  try {
    await ask('/topics', { name: 'orders' });
    await ask('/produce', { topic: 'orders', payload: 'tea' });
    const { records = [] } = await ask('/topics/orders/records');
    expect(records.length).toBe(1);
    await server.end('SIGTERM');
    return { files: filesIn(coverage), headers: records[0]?.headers ?? {} };
  } finally {
    await server.end('SIGTERM');
    directory.remove();
  }
}

function filesIn(coverage: string): string[] {
  return readdirSync(coverage).flatMap((name) => {
    const text = readFileSync(join(coverage, name), 'utf8');
    const { result } = JSON.parse(text) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
}

test('without OTLP nothing of the SDK is loaded, and no message gets a context', async () => {
  const { files, headers } = await loadedBy([]);
  expect(files.filter((url) => SDK.test(url))).toEqual([]);
  // Of both threads, or this says nothing.
  for (const part of ['/broker/dist/broker.js', '/gateway/dist/app.js']) {
    expect(files.filter((url) => url.endsWith(part)).length).toBeGreaterThan(0);
  }
  expect(Object.keys(headers)).not.toContain('traceparent');
});

test('with it, the same does both', async () => {
  const collector = await OtlpCollector.open();
  const { files, headers } = await loadedBy(['--otlp-endpoint', collector.url]);
  expect(new Set(files.filter((url) => SDK.test(url))).size).toBeGreaterThan(10);
  expect(Object.keys(headers)).toContain('traceparent');
  await expect.poll(() => collector.spans.length).toBeGreaterThan(0);
  await collector.close();
});
