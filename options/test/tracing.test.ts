// Whether and where traces are exported, and what a collector that fails costs.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { type Log, openLog } from '../src/process/log.ts';
import { openTracing, targetOf } from '../src/tracing/open-tracing.ts';

function watchedLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: openLog({ level: 'info', format: 'json', sink }).log, lines };
}

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';

it('nobody asks: nothing is opened', async () => {
  const { log } = watchedLog();
  const who = { serviceName: 'x', version: '1', log };
  expect(await openTracing({ endpoint: '', env: {}, ...who })).toBeUndefined();
});

it.each([
  ['', { [ENDPOINT]: 'http://c:4318' }, { url: undefined, protocol: 'http/protobuf' }],
  ['http://d:4318/', {}, { url: 'http://d:4318/v1/traces', protocol: 'http/protobuf' }],
  ['', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/v1' }, { url: undefined }],
  ['http://d', { [PROTOCOL]: 'http/json' }, { protocol: 'http/json' }],
])('%s %j', (endpoint, env, target) => {
  expect(targetOf({ endpoint, env })).toMatchObject(target);
});

it.each([
  [{ [ENDPOINT]: 'http://c', OTEL_SDK_DISABLED: 'true' }],
  [{ [ENDPOINT]: 'http://c', OTEL_TRACES_EXPORTER: 'none' }],
])('%j: no traces', (env) => {
  expect(targetOf({ endpoint: '', env })).toBeUndefined();
});

it.each([
  ['collector:4318', {}, '--otlp-endpoint is "collector:4318"'],
  ['', { [ENDPOINT]: 'nowhere' }, ENDPOINT],
  ['http://c', { [PROTOCOL]: 'grpc' }, `${PROTOCOL} is "grpc"`],
])('%s %j is refused', (endpoint, env, text) => {
  expect(() => targetOf({ endpoint, env })).toThrow(text);
});

it('a collector that refuses costs its spans and one line; one that never answers no more time than is given', async () => {
  let isSilent = false;
  let asked = 0;
  const collector = createServer((_request, reply) => {
    asked += 1;
    if (!isSilent) reply.writeHead(400).end();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const { log, lines } = watchedLog();
  const who = { serviceName: 'x', version: '1', log };
  const tracing = await openTracing({ endpoint, env: {}, ...who });
  const provider = tracing?.provider as unknown as { forceFlush(): Promise<void> };
  const tracer = tracing?.provider.getTracer('test');
  for (let round = 1; round <= 3; round += 1) {
    for (let n = 0; n < 10; n += 1) tracer?.startSpan('s').end();
    await provider.forceFlush().catch(() => undefined);
    expect(asked).toBe(round);
  }
  expect(lines).toMatchObject([{ event: 'tracing_failed', level: 'warn', droppedSpans: 10 }]);
  expect(lines.length).toBe(1);

  isSilent = true;
  tracer?.startSpan('s').end();
  await tracing?.close(50);
  // An exporter waits for 10 s: here it was not waited for.
  expect(asked).toBe(4);
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
});
