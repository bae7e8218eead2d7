// Backup with the built binary, beside a broker under load: the copy opens, is sound, and holds of each partition a prefix
// with all that was acknowledged before it began. Restored, a broker serves it.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeBatch, readRecords } from '@millrace/protocol';
import { openDataDirectory } from '@millrace/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { isBuilt, startBroker } from '../process/broker-process.ts';
import { WireClient } from '../rim/wire-client.ts';
import { scratch } from './data-setup.ts';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const PARTITIONS = 3;
const RECORDS = 20;
const started: ReturnType<typeof startBroker>[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop('SIGKILL')));
});

async function offline(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += String(text);
  });
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

async function start(directory: string): Promise<WireClient> {
  const broker = startBroker(directory);
  started.push(broker);
  return WireClient.greeted((await broker.ready).port);
}

/** Appends to all partitions until told to stop; `acked` is the end of each partition as the broker said it. */
class Load {
  readonly acked = Array.from({ length: PARTITIONS }, () => 0);
  readonly #client: WireClient;
  readonly #topicId: number;
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(client: WireClient, topicId: number) {
    this.#client = client;
    this.#topicId = topicId;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async until(batches: number): Promise<void> {
    while (this.acked.some((end) => end < batches * RECORDS)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const batches = this.acked.map((end, partition) => {
        const values = Array.from({ length: RECORDS }, (_, at) => `${partition}:${end + at}`);
        const records = values.map((value) => ({ value: Buffer.from(value.padEnd(200)) }));
        const batch = encodeBatch(records, { nowMs: Date.now() });
        return { topicId: this.#topicId, partition, batch };
      });
      const { body, error } = await this.#client.ask('Produce', { batches });
      if (body === undefined) throw error;
      for (const [at, { baseOffset }] of body.results.entries()) {
        if (baseOffset !== this.acked[at]) throw new Error(`appended at ${baseOffset}`);
        this.acked[at] = baseOffset + RECORDS;
      }
    }
  }
}

async function valuesOf(client: WireClient, topicId: number, partition: number) {
  const values: string[] = [];
  for (;;) {
    const partitions = [{ topicId, partition, offset: values.length }];
    const { body } = await client.ask('Fetch', { maxWaitMs: 0, partitions });
    const [reply] = body?.partitions ?? [];
    if (reply === undefined || reply.batches.length === 0) return values;
    for (const batch of reply.batches) {
      for (const { value } of readRecords(batch, { from: values.length })) {
        values.push(
          Buffer.from(value ?? [])
            .toString()
            .trim(),
        );
      }
    }
  }
}

describe.skipIf(!isBuilt)('backup (needs `npm run build`)', { timeout: 180_000 }, () => {
  it('beside a broker under load holds all that was acknowledged, and can be served', async () => {
    const directory = scratch();
    const client = await start(directory);
    const topic = await client.ask('CreateTopic', { name: 't', partitions: PARTITIONS });
    const topicId = topic.body?.topicId ?? -1;
    const load = new Load(client, topicId);
    await load.until(20);
    const before = [...load.acked];
    const target = join(scratch(), 'monday');
    const done = await offline('backup', directory, target, '--verify', '--json');
    await load.until((before[0] ?? 0) / RECORDS + 20);
    await load.stop();
    expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(done.out)).toMatchObject({ topics: 1, verification: { isSound: true } });
    expect(readdirSync(target).toSorted()).toEqual(['backup.json', 'shard-0.mdb']);

    const inspected = await offline('inspect', target, '--json');
    const { topics } = JSON.parse(inspected.out) as {
      topics: { partitions: { endOffset: number }[] }[];
    };
    const ends = topics[0]?.partitions.map(({ endOffset }) => endOffset) ?? [];
    const restored = join(scratch(), 'data');
    expect(await offline('restore', target, restored)).toMatchObject({ code: 0, err: '' });
    const other = await start(restored);
    for (const [partition, end] of ends.entries()) {
      expect(end).toBeGreaterThanOrEqual(before[partition] ?? 0);
      expect(end).toBeLessThanOrEqual(load.acked[partition] ?? 0);
      const wanted = Array.from({ length: end }, (_, at) => `${partition}:${at}`);
      expect(await valuesOf(other, topicId, partition)).toEqual(wanted);
    }
    // The broker that was copied knew nothing of it.
    const live = await offline('inspect', directory, '--verify');
    expect(live).toMatchObject({ code: 0, out: expect.stringContaining('Sound: ') });
  });

  it('writes to nothing but an empty directory, and leaves nothing where it fails', async () => {
    const directory = scratch();
    await start(directory);
    const full = scratch();
    writeFileSync(join(full, 'notes.txt'), 'mine');
    expect(await offline('backup', directory, full)).toMatchObject({ code: 73, out: '' });
    expect(readdirSync(full)).toEqual(['notes.txt']);
    expect((await offline('backup', full, scratch())).code).toBe(66);
    expect((await offline('backup', directory)).code).toBe(64);
    expect((await offline('backup', directory, scratch(), '--time-limit', '5')).code).toBe(64);
    expect((await offline('restore', directory, scratch())).code).toBe(65);
    expect((await offline('inspect', '--help')).code).toBe(0);
    const foreign = scratch();
    writeFileSync(join(foreign, 'shard-0.mdb'), 'not a data file'.repeat(1_000));
    const target = scratch();
    expect((await offline('backup', foreign, target)).code).toBe(65);
    expect(readdirSync(target)).toEqual([]);
  });

  it('takes away what a killed one left, and waits for nobody who is at it', async () => {
    const directory = scratch();
    await start(directory);
    const target = scratch();
    for (const name of ['shard-0.mdb.part', 'backup.json.part']) {
      writeFileSync(join(target, name), 'half of it');
    }
    const held = await openDataDirectory(target);
    expect(await offline('backup', directory, target)).toMatchObject({ code: 75, out: '' });
    await held.close();
    expect(await offline('backup', directory, target)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(target).toSorted()).toEqual(['backup.json', 'shard-0.mdb']);
    expect(await offline('backup', directory, target)).toMatchObject({ code: 73 });
    const restored = scratch();
    writeFileSync(join(restored, 'shard-0.mdb.part'), 'half of it');
    expect(await offline('restore', target, restored)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(restored)).toEqual(['shard-0.mdb']);
  });

  it('says in one line what the system refuses', async () => {
    const directory = scratch();
    await start(directory);
    const backup = scratch();
    expect(await offline('backup', directory, backup)).toMatchObject({ code: 0 });
    const manifest = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'));
    rmSync(join(backup, 'shard-0.mdb'));
    mkdirSync(join(backup, 'shard-0.mdb'));
    const { size } = statSync(join(backup, 'shard-0.mdb'));
    writeFileSync(join(backup, 'backup.json'), JSON.stringify({ ...manifest, bytes: size }));
    const refused = await offline('restore', backup, scratch());
    expect(refused).toMatchObject({ code: 66, out: '' });
    expect(refused.err).toMatch(/^millrace-broker: [^\n]*\n$/);
    const odd = await offline('inspect', `${directory}/\u001B[31m`);
    expect(odd).toMatchObject({ code: 66, out: '' });
    expect(odd.err).toContain('\\u{1b}[31m does not exist');
  });

  it('of a full disk or a quota ends with a line and leaves nothing', async () => {
    const directory = scratch();
    await start(directory);
    const backup = scratch();
    expect(await offline('backup', directory, backup)).toMatchObject({ code: 0 });
    const target = scratch();
    const line = `ulimit -f 1 && exec "$0" "$@"`;
    const args = ['-c', line, process.execPath, BIN, 'restore', backup, target];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
    expect(stderr).toMatch(/^millrace-broker: restore failed: EFBIG: [^\n]*\n$/);
    expect(status).toBe(73);
    expect(readdirSync(target)).toEqual([]);
  });
});
