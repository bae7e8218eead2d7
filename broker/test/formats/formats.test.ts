// Data directories as earlier versions left them, kept for ever: each is read to the last row, tells what it told when it was
// made, and goes on from there. `UPDATE_FORMATS=1` makes that of this version, where there is none.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BrokerProcess } from '@millrace/harness';
import { dedupHash, encodeBatch } from '@millrace/protocol';
import { FORMAT_VERSION, openSnapshot, openStore, TABLES, type TableName } from '@millrace/storage';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/shard/clock.ts';
import { damage, scratch, verified } from '../offline/data-setup.ts';
import { openTestShard, type TestShard } from '../shard/open-test-shard.ts';
import {
  ATTEMPT,
  DEDUP_ID,
  deleteLast,
  makeFormat,
  numberedBatch,
  producerOf,
  SALES,
  transactionOf,
  WORKERS,
} from './make-format.ts';
import { plain, toldBy } from './told.ts';

const KEPT = fileURLToPath(new URL('./kept/', import.meta.url));
const MADE_AT_MS = 1_795_000_000_000;
/** Later than anything in it, and before anything of it falls due. */
const TOLD_AT_MS = MADE_AT_MS + 60_000;
const FILE = 'shard-0.mdb';
const NEWEST = `format-${FORMAT_VERSION}`;
/** What they take in the data file. */
const LARGE_BATCHES_BYTES = 160_000;
/** Rows that only a damaged disk makes. */
const NOT_MADE = ['quarantines'];

interface Kept {
  readonly rows: Readonly<Record<string, unknown>>;
  readonly told: unknown;
}

/** Stands still, so that nothing falls due, however many years later it is read. */
const clockAt = (ms: number) => ({ wallMs: () => ms, monotonicMs: () => 0 });
const runningFrom = (ms: number): Clock => {
  const startedMs = performance.now();
  return {
    wallMs: () => ms + Math.floor(performance.now() - startedMs),
    monotonicMs: () => performance.now(),
  };
};
const openAt = async (directory: string, ms: number, clock: Clock = clockAt(ms)) => {
  const store = await openStore({ path: join(directory, FILE) });
  const shard = openTestShard(store, { clock, leaseRestartGrace: 3_600_000 });
  return { shard, close: async () => shard.close().then(() => store.close()) };
};

function unpacked(name: string): string {
  const directory = scratch();
  for (const file of readdirSync(join(KEPT, name)).filter((each) => each.endsWith('.gz'))) {
    const bytes = gunzipSync(readFileSync(join(KEPT, name, file)));
    writeFileSync(join(directory, file.slice(0, -3)), bytes);
  }
  return directory;
}

const keptOf = (name: string) =>
  JSON.parse(readFileSync(join(KEPT, name, 'kept.json'), 'utf8')) as Kept;

async function rowsOf(directory: string): Promise<Record<string, unknown>> {
  const snapshot = await openSnapshot(join(directory, FILE));
  try {
    const tables = Object.keys(TABLES) as TableName[];
    return Object.fromEntries(
      tables.map((table) => [
        table,
        [...snapshot.scan(table, { keysOnly: table === 'batches' })].map(({ key, value }) =>
          plain([key, value]),
        ),
      ]),
    );
  } finally {
    await snapshot.close();
  }
}

/** As a broker leaves it that is killed: with the last commits in the journal, and the others in the data file. */
async function make(): Promise<void> {
  const [directory, left] = [scratch(), scratch()];
  const { shard, close } = await openAt(directory, MADE_AT_MS, runningFrom(MADE_AT_MS));
  await makeFormat(shard, MADE_AT_MS);
  await vi.waitUntil(() => shard.compaction.passes > 0, { timeout: 10_000 });
  const isAbsorbed = () => statSync(join(directory, FILE)).size > LARGE_BATCHES_BYTES;
  await vi.waitUntil(isAbsorbed, { timeout: 10_000 });
  await deleteLast(shard);
  cpSync(directory, left, { recursive: true });
  await close();
  const folder = join(KEPT, NEWEST);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(left).filter((each) => !each.endsWith('-lock')))
    writeFileSync(
      join(folder, `${name}.gz`),
      gzipSync(readFileSync(join(left, name)), { level: 9 }),
    );
  const rows = await rowsOf(left);
  const reopened = await openAt(left, TOLD_AT_MS);
  const told = await toldBy(reopened.shard);
  await reopened.close();
  writeFileSync(join(folder, 'kept.json'), `${JSON.stringify({ rows, told }, null, 1)}\n`);
}

beforeAll(async () => {
  const isAsked = process.env['UPDATE_FORMATS'] !== undefined;
  if (isAsked && !existsSync(join(KEPT, NEWEST, 'kept.json'))) await make();
});

test('this version has its directory, with every kind of row', () => {
  const { rows } = keptOf(NEWEST);
  const empty = Object.keys(TABLES).filter(
    (table) => (rows[table] as unknown[] | undefined)?.length === 0,
  );
  expect(empty).toEqual(NOT_MADE);
  expect(Object.keys(rows)).toEqual(Object.keys(TABLES));
});

describe.each(readdirSync(KEPT))('%s', (name) => {
  test.runIf(name === NEWEST)('each row is what it was', async () => {
    expect(await rowsOf(unpacked(name))).toEqual(keptOf(name).rows);
  });

  test('it is sound, and tells what it told', async () => {
    const directory = unpacked(name);
    expect(await verified(directory)).toMatchObject({ isSound: true });
    const { shard, close } = await openAt(directory, TOLD_AT_MS);
    // Newer brokers may tell more.
    expect(await toldBy(shard)).toMatchObject(keptOf(name).told as object);
    await close();
  });

  test('it goes on where it stopped: nothing is done twice', async () => {
    const { shard, close } = await openAt(unpacked(name), TOLD_AT_MS);
    expect(await remembered(shard)).toMatchObject({
      transaction: { repeated: true },
      duplicate: { baseOffset: -1 },
      attempt: [{ deliveries: 1 }],
      appended: 0,
    });
    await close();
  });

  test('a broker of today starts on it, with another clock, and ends in order', async () => {
    const broker = await BrokerProcess.start({ dataDir: unpacked(name) });
    expect((await broker.end('SIGTERM')).code).toBe(0);
  });
});

/** What was said to the old broker, once more. */
async function remembered(shard: TestShard) {
  const { call } = shard;
  const topicId = 1;
  const endOf = async () =>
    (await call('ListOffsets', { partitions: [{ topicId, partition: 1, at: -1 }] })).partitions[0];
  const before = await endOf();
  const transaction = await call('Transact', transactionOf(topicId, MADE_AT_MS));
  const dedup = dedupHash(DEDUP_ID);
  const batch = encodeBatch([{ value: Buffer.from('other'), dedup }], { nowMs: MADE_AT_MS });
  const { results } = await call('Produce', { batches: [{ topicId, partition: 0, batch }] });
  const [duplicate] = results;
  const named = { group: WORKERS, topics: [SALES], memberId: 'm', attemptId: ATTEMPT };
  const { leases: attempt } = await call('Receive', named);
  // A newer epoch of the same producer: it is known by its name, and fenced off under the old one.
  const { producerId, producerEpoch } = await producerOf(shard);
  const old = { producerId, producerEpoch: producerEpoch - 1 };
  await call('Produce', { batches: [numberedBatch(old, topicId, MADE_AT_MS)] });
  const appended = ((await endOf())?.offset ?? 0) - (before?.offset ?? 0);
  return { transaction, duplicate, attempt, appended };
}

describe('a newer format', () => {
  test('is refused by its number, and nothing is changed', async () => {
    const directory = unpacked(NEWEST);
    const version = FORMAT_VERSION + 1;
    // All goes into the data file, and the journal away.
    await (await openStore({ path: join(directory, FILE) })).close();
    await damage(directory, () => [{ table: 'meta', key: ['formatVersion'], value: version }]);
    const before = readFileSync(join(directory, FILE));
    await expect(BrokerProcess.start({ dataDir: directory })).rejects.toThrow(
      `has format ${version}, this broker reads up to ${FORMAT_VERSION}`,
    );
    expect(readFileSync(join(directory, FILE)).equals(before)).toBe(true);
  });
});
