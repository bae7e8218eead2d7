// The process as operators and programs see it: ready line, stop, data kept, and each failed start with its exit code.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, readRecords } from '@millrace/protocol';
import { openLmdbStore } from '@millrace/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WireClient } from '../rim/wire-client.ts';
import { BrokerProcess, isBuilt, startBroker } from './broker-process.ts';

let dir: string;
const started: BrokerProcess[] = [];

function start(...args: Parameters<typeof startBroker>): BrokerProcess {
  const broker = startBroker(...args);
  started.push(broker);
  return broker;
}

/** The machine may have held the broker up a moment ago: then it says for ten seconds that it is not. */
async function isReady(adminPort: number): Promise<void> {
  const status = async () => (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status;
  await expect.poll(status).toBe(200);
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-broker-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop('SIGKILL')));
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(!isBuilt)('the broker process (needs `npm run build`)', () => {
  test('tells its ports in one line, serves, stops on SIGTERM with exit code 0, and keeps its data', async () => {
    const first = start(dir);
    const ready = await first.ready;
    expect(ready).toMatchObject({
      host: '127.0.0.1',
      adminHost: '127.0.0.1',
      pid: first.child.pid,
    });
    await isReady(ready.adminPort);
    const client = await WireClient.greeted(ready.port);
    const topicId = (await client.ask('CreateTopic', { name: 't' })).body?.topicId ?? -1;
    const records = [{ value: Buffer.from('kept') }];
    const batch = encodeBatch(records, { nowMs: Date.now() });
    const produced = await client.ask('Produce', { batches: [{ topicId, partition: 0, batch }] });
    expect(produced.body?.results[0]).toMatchObject({ errorCode: 0, baseOffset: 0 });
    const hello = await (await WireClient.open(ready.port)).ask('Hello', {
      clientName: 'again',
      clientVersion: '1',
      apis: [],
      codecs: [],
    });

    const waiting = { maxWaitMs: 60_000, partitions: [{ topicId, partition: 0, offset: 1 }] };
    client.send('Fetch', 1, waiting);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = first.stop();
    expect((await client.next('Fetch')).error?.code).toBe('SHUTTING_DOWN');
    const { code, stdout, stderr } = await stopped;
    expect([code, stderr]).toEqual([0, '']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event?: string }).event);
    // What a busy machine does to the process is told as well.
    const told = events.filter((event) => event !== undefined && event !== 'event_loop_held_up');
    expect(told).toEqual(['listening', 'stopping', 'stopped']);

    const second = start(dir, '--log-level', 'silent');
    const again = await second.ready;
    const reader = await WireClient.open(again.port);
    const greeting = { clientName: 'r', clientVersion: '1', apis: [], codecs: [] };
    const greeted = await reader.ask('Hello', greeting);
    expect(greeted.body?.instanceId).toBe(hello.body?.instanceId);
    const fetched = await reader.ask('Fetch', {
      partitions: [{ topicId, partition: 0, offset: 0 }],
    });
    const [kept] = fetched.body?.partitions[0]?.batches ?? [];
    const values = readRecords(kept ?? new Uint8Array()).map(({ value }) =>
      String(Buffer.from(value ?? [])),
    );
    expect(values).toEqual(['kept']);
  });

  test('a second broker on the same data directory: exit code 75, the first goes on', async () => {
    const first = start(dir);
    const { adminPort, pid } = await first.ready;
    const { code, stderr } = await start(dir).ended;
    expect(code).toBe(75);
    expect(stderr).toMatch(/^millrace-broker: [^\n]+\n$/);
    expect(stderr).toContain(`process ${pid}`);
    await isReady(adminPort);
  });

  test.each(['--port', '--admin-port'])(
    '%s in use: exit code 69, named in one line',
    async (flag) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const port = (server.address() as { port: number }).port;
      const { code, stderr } = await start(dir, `${flag}=${port}`).ended;
      server.close();
      expect(code).toBe(69);
      expect(stderr).toBe(
        `millrace-broker: 127.0.0.1:${port} is in use, perhaps by another broker; choose another port with ${flag}.\n`,
      );
      // The data directory is free again.
      expect((await start(dir).ready).port).toBeGreaterThan(0);
    },
  );

  test('an address of another machine: exit code 69', async () => {
    const { code, stderr } = await start(dir, '--host=192.0.2.1', '--allow-anonymous').ended;
    expect(code).toBe(69);
    expect(stderr).toContain('192.0.2.1 is not an address of this machine');
  });

  test('a wrong option: exit code 64, by flag and by environment', async () => {
    const { code, stderr } = await start(dir, '--sync=sometimes').ended;
    expect([code, stderr]).toEqual([
      64,
      'millrace-broker: --sync is "sometimes"; it has to be one of always, os.\n',
    ]);
    const other = new BrokerProcess([], { MILLRACE_PORT: 'x' });
    expect(await other.ended).toMatchObject({ code: 64, stdout: '' });
  });

  test('a data directory that is a file, or cannot be written: exit code 73', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const notADirectory = await start(file).ended;
    expect(notADirectory.code).toBe(73);
    expect(notADirectory.stderr).toBe(
      `millrace-broker: data directory ${file} is not a directory.\n`,
    );
    // No permission holds root back, but nobody makes directories in /sys.
    const isRoot = process.getuid?.() === 0;
    const locked = isRoot ? '/sys/millrace' : join(dir, 'locked');
    if (!isRoot) {
      mkdirSync(locked);
      chmodSync(locked, 0o500);
    }
    const notWritable = await start(locked).ended;
    expect(notWritable.code).toBe(73);
    expect(notWritable.stderr).toMatch(/^millrace-broker: data directory \S+ [^\n]+\n$/);
  });

  test('data of a newer version, or of something else: exit code 65', async () => {
    const path = join(dir, 'shard-0.mdb');
    const store = await openLmdbStore({ path });
    await store.commit([{ table: 'meta', key: ['formatVersion'], value: 999 }]);
    await store.close();
    const newer = await start(dir).ended;
    expect(newer.code).toBe(65);
    expect(newer.stderr).toContain('format 999');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    writeFileSync(path, Buffer.alloc(16_384, 'not a data file '));
    const foreign = await start(dir).ended;
    expect(foreign.code).toBe(65);
    expect(foreign.stderr).toMatch(/^millrace-broker: [^\n]+\n$/);
  });

  test("a fault of the broker's own: exit code 70, one line for people, the stack in the log", async () => {
    const fault = `setInterval(() => {
      if (process.listenerCount('uncaughtException') > 0) throw new Error('boom');
    }, 5)`;
    const options = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
    const args = ['--port=0', '--admin-port=0', `--data-dir=${dir}`];
    const { code, stdout, stderr } = await new BrokerProcess(args, { NODE_OPTIONS: options }).ended;
    expect(code).toBe(70);
    expect(stderr).toMatch(/^millrace-broker: [^\n]+\n$/);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({ level: 'fatal', event: 'fatal', exitCode: 70 });
    expect(last['err']).toMatchObject({ message: 'boom', stack: expect.stringContaining('boom') });
  });

  test('--help, --version and --print-config print and stop', async () => {
    const [help, version, config] = await Promise.all(
      ['--help', '--version', '--print-config'].map((flag) => new BrokerProcess([flag]).ended),
    );
    expect(help?.stdout).toContain('--data-dir');
    expect(version?.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(JSON.parse(config?.stdout ?? '')).toMatchObject({ port: { value: '7650' } });
    expect([help?.code, version?.code, config?.code]).toEqual([0, 0, 0]);
  });

  test('lines for people: where it listens and what to try next, for the port it has', async () => {
    const broker = start(dir, '--log-format=text');
    await broker.says('Ctrl-C stops it.');
    const { code, stdout, stderr } = await broker.stop('SIGINT');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Millrace \d+\.\d+\.\d+ is ready\.\n {2}protocol {2}127\.0\.0\.1:\d+\n/,
    );
    const port = /protocol {2}127\.0\.0\.1:(\d+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`npx broker-cli --broker 127.0.0.1:${port} topics create`);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d info {2}stopping signal=SIGINT\n/);
  });
});
