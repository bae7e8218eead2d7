// The log of a real process at its most talkative: each line is one event of the table, with no fields but the table's.

import { spawn } from 'node:child_process';
import { connect as openSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from '@millrace/client';
import { TemporaryDirectory } from '@millrace/harness';
import { LOG_EVENTS, type LogEventSpec } from '@millrace/options';
import { afterAll, expect, test } from 'vitest';

const directory = new TemporaryDirectory('millrace-logs-');
afterAll(() => directory.remove());

interface Line {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

const OF_ALL = ['level', 'time', 'event', 'msg'];

/** What is wrong with a line. */
function faultsOf({ level, event, ...fields }: Line): string[] {
  const spec: LogEventSpec | undefined = LOG_EVENTS[event as keyof typeof LOG_EVENTS];
  if (spec === undefined) return [`${event} is no event`];
  const levels: readonly string[] = spec.levels;
  const known: readonly string[] = [...OF_ALL, ...spec.fields];
  const others = spec.isOpen ? [] : Object.keys(fields).filter((name) => !known.includes(name));
  return [
    ...(levels.includes(level) ? [] : [`${event} at level ${level}`]),
    ...others.map((name) => `${event} has ${name}`),
  ];
}

test('one documented event a line; ids where they matter', { timeout: 60_000 }, async () => {
  const binary = fileURLToPath(new URL('../../launcher/dist/bin.js', import.meta.url));
  const ports = [
    '--port',
    '0',
    '--admin-port',
    '0',
    '--http-port',
    '0',
    '--http-host',
    '127.0.0.1',
  ];
  const log = ['--log-level', 'debug', '--log-format', 'json'];
  const child = spawn(process.execPath, [binary, ...ports, ...log, '--data-dir', directory.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  const until = async (found: (line: Line) => boolean): Promise<Line> => {
    for (const giveUpAt = performance.now() + 30_000; performance.now() < giveUpAt; ) {
      const line = lines.find(found);
      if (line !== undefined) return line;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`never: ${found.toString()}`);
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const listening = await until(({ event }) => event === 'listening');
    const client = await connect({
      brokers: `127.0.0.1:${Number(listening['port'])}`,
      logger: null,
    });
    await client.admin.createTopic({ name: 'orders' });
    await client.admin.createShareGroup({ group: 'pack', topics: ['orders'] });
    await client.producer().send({ topic: 'orders', value: 'a secret' });
    const [message] = await client.queue('pack').receive({ topics: 'orders', maxWaitMs: 5_000 });
    await message?.reject('no');
    await client.close();
    const headers = { 'x-request-id': 'r-17' };
    await fetch(`http://127.0.0.1:${Number(listening['httpPort'])}/topics`, { headers });
    openSocket(Number(listening['port']), '127.0.0.1').end('this is no frame of the protocol');

    const died = await until(({ event }) => event === 'dead_lettered');
    expect(died).toMatchObject({ level: 'info', topic: 'orders.dlq', count: 1 });
    expect(died['messageIds']).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    const answered = await until((line) => line['requestId'] === 'r-17');
    expect(answered).toMatchObject({ event: 'http_answered', route: '/topics', status: 200 });
    await until(({ event }) => event === 'connection_ended');
  } finally {
    child.kill('SIGTERM');
  }
  expect(await gone).toBe(0);
  expect(lines.flatMap(faultsOf)).toEqual([]);
  expect(lines.map(({ event }) => event)).toContain('stopped');
  expect(JSON.stringify(lines)).not.toContain('a secret');
});
