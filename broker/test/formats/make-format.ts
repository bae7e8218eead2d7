// Fills a shard with every kind of row that a broker of this version writes, the way clients make it do so.

import {
  dedupHash,
  encodeBatch,
  type RecordInput,
  type RequestInput,
  stampProducer,
} from '@millrace/protocol';
import type { TestShard } from '../shard/open-test-shard.ts';

export const SALES = 'sales';
export const TABLE = 'table';
export const READERS = 'readers';
export const WORKERS = 'workers';
export const BY_KEY = 'by-key';
export const EMPTIED = 'emptied';
/** The second that is claimed. */
export const EFFECT_TOKEN = 2;
export const TRANSACTION = 'a-transaction';
export const ATTEMPT = 'an-attempt';
export const DEDUP_ID = 'order-1';
export const PRODUCER = 'a-producer';
export const ACCESS_KEY = { accessKeyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG' };

const YEAR_MS = 365 * 24 * 3_600_000;
const FOR_EVER = { retentionMs: -1 } as const;
const NOTHING = { delayMs: null, errorText: null, result: null } as const;

interface Ids {
  readonly salesId: number;
  readonly tableId: number;
}

/** The last row is a deleted topic that nobody has swept yet: copy the files at once. */
export async function makeFormat(shard: TestShard, nowMs: number): Promise<void> {
  const { call } = shard;
  const salesId = await createTopic(shard, SALES, { ...FOR_EVER, dedup: 'id' });
  const tableId = await createTopic(shard, TABLE, {
    ...FOR_EVER,
    cleanupPolicy: 'compact',
    segmentBytes: 64 * 1_024,
    compactionDirtyRatio: 0,
  });
  const ids = { salesId, tableId };
  await createGroups(shard);
  await fillLog(shard, ids, nowMs);
  await workTheQueue(shard, ids);
  await workByKey(shard);
  await finishInOneCommit(shard, ids, nowMs);
  await joinReaders(shard, ids);
  await createUsers(shard);
  await call('CreateSchedule', {
    name: 'monthly',
    topic: SALES,
    cron: '0 0 1 * *',
    timeZone: 'Europe/Berlin',
    missed: 'none',
    value: Buffer.from('tick'),
  });
  await call('AlterSchedule', { name: 'monthly', paused: true });
  await call('Purge', { group: EMPTIED, topic: null, dryRun: false, undoMs: 3_600_000 });
  const goneId = await createTopic(shard, 'gone', FOR_EVER);
  await append(shard, goneId, nowMs, [{ value: Buffer.from('gone') }]);
}

export async function deleteLast({ call }: TestShard): Promise<void> {
  await call('DeleteTopic', { name: 'gone' });
}

async function createTopic(
  { call }: TestShard,
  name: string,
  config: RequestInput<'CreateTopic'>['config'],
): Promise<number> {
  const topic = { name, partitions: 2, config, annotations: { owner: 'formats' } };
  return (await call('CreateTopic', topic)).topicId;
}

async function createGroups({ call }: TestShard): Promise<void> {
  const common = { topics: [SALES], startAt: -2 };
  const config = {
    visibilityTimeoutMs: 12 * 3_600_000,
    backoff: 'fixed',
    backoffBaseMs: 600_000,
  } as const;
  await call('CreateShareGroup', {
    ...common,
    group: WORKERS,
    config: { ...config, resultTtlMs: YEAR_MS },
  });
  const ordered = { ...config, ordering: 'key', onExhausted: 'block', maxDeliveries: 1 } as const;
  await call('CreateShareGroup', { ...common, group: BY_KEY, config: ordered });
  await call('CreateShareGroup', { ...common, group: EMPTIED, config: { onExhausted: 'drop' } });
}

async function append(
  { call }: TestShard,
  topicId: number,
  nowMs: number,
  records: readonly RecordInput[],
  partition = 0,
) {
  const batch = encodeBatch(records, { nowMs });
  return (await call('Produce', { batches: [{ topicId, partition, batch }] })).results[0];
}

const keyed = (key: string, value: string): RecordInput => ({
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: [['content-type', Buffer.from('text/plain')]],
});

async function fillLog(shard: TestShard, { salesId, tableId }: Ids, nowMs: number): Promise<void> {
  const letters = ['a', 'b', 'a', 'b', 'a', 'c', 'd', 'e'];
  await append(
    shard,
    salesId,
    nowMs,
    letters.map((key, at) => keyed(key, `sale ${at}`)),
  );
  const dedup = dedupHash(DEDUP_ID);
  await append(shard, salesId, nowMs, [{ value: Buffer.from('once'), dedup }]);
  await append(shard, salesId, nowMs, [{ value: Buffer.from('later'), delayMs: YEAR_MS }]);
  await append(shard, salesId, nowMs, [{ value: Buffer.from('squeezed'), ttlMs: YEAR_MS }], 1);
  await shard.call('Produce', {
    batches: [numberedBatch(await producerOf(shard), salesId, nowMs)],
  });
  // Large enough that segments are closed and compacted, and that batches lie in pieces.
  for (let round = 0; round < 4; round += 1) {
    const value = Buffer.alloc(40_000, 65 + round);
    await append(shard, tableId, nowMs, [
      { key: Buffer.from('k1'), value },
      { key: Buffer.from('k2'), value },
    ]);
  }
}

export async function producerOf({ call }: TestShard) {
  return call('InitProducer', { name: PRODUCER });
}

export function numberedBatch(
  { producerId, producerEpoch }: { readonly producerId: number; readonly producerEpoch: number },
  topicId: number,
  nowMs: number,
) {
  const batch = encodeBatch([{ value: Buffer.from('numbered') }], { nowMs });
  stampProducer(batch, { producerId, producerEpoch, sequence: 0 });
  return { topicId, partition: 1, batch };
}

/** Accepted with a result, released, rejected, and leased under an attempt's name. */
async function workTheQueue({ call }: TestShard, { salesId }: Ids): Promise<void> {
  const lease = async (attemptId: string | null) =>
    (await call('Receive', { group: WORKERS, topics: [SALES], memberId: 'm', attemptId }))
      .leases[0];
  const said = [
    { kind: 'accept', ...NOTHING, result: Buffer.from('sold') },
    { kind: 'release', ...NOTHING, errorText: 'not today' },
    { kind: 'reject', ...NOTHING, errorText: 'never' },
  ] as const;
  for (const words of said) {
    const given = await lease(null);
    if (given === undefined) throw new Error('nothing was leased');
    const { partition, firstOffset, lastOffset, token } = given;
    const item = { topicId: salesId, partition, firstOffset, lastOffset, token, ...words };
    await call('Acknowledge', { group: WORKERS, items: [item] });
  }
  await lease(ATTEMPT);
  await call('ClaimEffect', { group: WORKERS, key: 'charge-2', memberId: 'm', ttlMs: 3_600_000 });
  await call('StartRedrive', { topic: `${SALES}.dlq`, dryRun: true });
}

/** One that is stopped, a leased key, and others that are parked behind it. */
async function workByKey({ call }: TestShard): Promise<void> {
  const receive = (memberId: string, maxMessages: number) =>
    call('Receive', { group: BY_KEY, topics: [SALES], memberId, maxMessages });
  const [first] = (await receive('m', 1)).leases;
  if (first === undefined) throw new Error('nothing was leased');
  const { topicId, partition, firstOffset, token } = first;
  const item = { topicId, partition, firstOffset, lastOffset: firstOffset, token };
  await call('Acknowledge', { group: BY_KEY, items: [{ ...item, kind: 'release', ...NOTHING }] });
  await receive('m', 1);
  // Passes over what waits for its key.
  await receive('n', 3);
}

async function finishInOneCommit(
  { call }: TestShard,
  { salesId }: Ids,
  nowMs: number,
): Promise<void> {
  const key = 'charge-1';
  const { token } = await call('ClaimEffect', {
    group: WORKERS,
    key,
    memberId: 'm',
    ttlMs: 3_600_000,
  });
  if (token !== EFFECT_TOKEN) throw new Error(`the token is ${token}`);
  await call('Transact', transactionOf(salesId, nowMs));
}

export function transactionOf(topicId: number, nowMs: number): RequestInput<'Transact'> {
  const batch = encodeBatch([{ value: Buffer.from('in one commit') }], { nowMs });
  const value = Buffer.from('paid');
  return {
    transactionId: TRANSACTION,
    batches: [{ topicId, partition: 1, batch }],
    acknowledgements: [],
    offsets: [
      { group: READERS, offsets: [{ topicId, partition: 1, offset: 1, metadata: 'half' }] },
    ],
    effects: [
      {
        group: WORKERS,
        key: 'charge-1',
        token: EFFECT_TOKEN,
        end: 'done',
        value,
        ttlMs: 30 * 24 * 3_600_000,
      },
    ],
  };
}

async function joinReaders({ call }: TestShard, { salesId }: Ids): Promise<void> {
  const offsets = [{ topicId: salesId, partition: 0, offset: 3, metadata: null }];
  await call('OffsetCommit', { group: READERS, memberId: null, memberEpoch: -1, offsets });
  await call('GroupHeartbeat', {
    group: READERS,
    memberId: 'r1',
    memberEpoch: 0,
    topics: [SALES],
    instanceId: 'static-1',
  });
}

async function createUsers({ call }: TestShard): Promise<void> {
  const password = {
    salt: Buffer.alloc(16, 1),
    iterations: 600_000,
    storedKey: Buffer.alloc(32, 2),
    serverKey: Buffer.alloc(32, 3),
  };
  const quotas = { produceBytesPerSecond: 1_000, fetchBytesPerSecond: null, requestsPerSecond: 10 };
  await call('CreateUser', { user: 'ada', password, quotas });
  await call('CreateUser', { user: 'root-of-all', superuser: true });
  await call('CreateToken', { user: 'ada', label: 'ci', expiresAtMs: null });
  await call('CreateAccessKey', { user: 'ada', ...ACCESS_KEY, label: null, expiresAtMs: null });
  const rule = {
    user: 'ada',
    effect: 'allow',
    resource: 'topic',
    pattern: 'prefix',
    name: 'sa',
    operation: 'read',
  } as const;
  await call('AlterAcls', {
    add: [rule, { ...rule, user: '*', effect: 'deny', operation: 'write' }],
    remove: [],
  });
}
