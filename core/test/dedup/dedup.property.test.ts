// Random batches, times, settings and restarts, against the naive list: the same records are taken, and of the others
// it is told where the first one is.
import { deepEqual } from 'node:assert/strict';
import { dedupHash, readRecords } from '@millrace/protocol';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { dedupsOfExpiry } from '../../src/dedup/dedup-row.ts';
import {
  decideAlterTopic,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideExpireRows,
  decidePurge,
  readBatches,
  type TopicConfigChange,
} from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { NaiveDedup, type NaiveRecord } from './naive-dedup.ts';

const TEXT = new TextEncoder();
const DECODER = new TextDecoder();
const PARTITIONS = 2;
const TOPIC = 1;

const partition = fc.nat({ max: PARTITIONS - 1 });
const record: fc.Arbitrary<NaiveRecord> = fc.record({
  id: fc.constantFrom(null, 'a', 'b', 'c', 'd'),
  key: fc.constantFrom(null, '', 'k', 'l'),
  value: fc.constantFrom(null, '', 'a', 'b', 'a text that compresses, compresses, compresses'),
});
const settings: fc.Arbitrary<Partial<TopicConfigChange>> = fc.record({
  dedup: fc.constantFrom('none', 'id', 'id', 'content'),
  dedupScope: fc.constantFrom('topic', 'key'),
  dedupWindowMs: fc.constantFrom(1_000, 3_000),
});
const ops = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition,
      records: fc.array(record, { minLength: 1, maxLength: 6 }),
      codec: fc.constantFrom('none' as const, 'gzip' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(1, 500, 999, 1_000, 3_000, 10_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alter' as const), settings }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

class Twins {
  readonly machine = new Machine();
  readonly naive = new NaiveDedup(PARTITIONS);

  constructor(change: Partial<TopicConfigChange>) {
    const config = topicChange({ ...change, retentionMs: -1 });
    const topic = { name: 'orders', partitions: PARTITIONS, config, annotations: null };
    this.machine.run(decideCreateTopic, { ...topic, validateOnly: false });
    const group = { group: 'g', topics: ['orders'], startAt: -2, deadLetterTopic: null };
    this.machine.run(decideCreateShareGroup, { ...group, config: { onExhausted: 'drop' } });
  }

  run(op: Op): void {
    const { machine } = this;
    if (op.kind === 'append') this.#append(op);
    if (op.kind === 'time') machine.nowMs += op.byMs;
    if (op.kind === 'restart') machine.reload();
    if (op.kind === 'expire') this.#expire();
    if (op.kind === 'forget') {
      const how = { dryRun: false, undoMs: 0, forgetDuplicates: true };
      machine.run(decidePurge, { group: 'g', topic: null, ...how });
      this.naive.forget();
    }
    if (op.kind !== 'alter') return;
    const change = { name: 'orders', partitions: null, annotations: null };
    machine.run(decideAlterTopic, { ...change, config: topicChange(op.settings) });
  }

  #append({ partition: at, records, codec }: Op & { kind: 'append' }): void {
    const { machine, naive } = this;
    const config = machine.state.catalog.topics.get(TOPIC)?.config;
    if (config === undefined) throw new Error('the topic is there');
    const before = naive.logs[at]?.length ?? 0;
    const duplicates = naive.append(at, records, config, machine.nowMs);
    const inputs = records.map(({ id, key, value }) => ({
      key: key === null ? null : TEXT.encode(key),
      value: value === null ? null : TEXT.encode(value),
      dedup: id === null ? undefined : dedupHash(id),
    }));
    const reply = machine.run(decideAppend, appendRecords(TOPIC, at, inputs, codec));
    const taken = records.length - duplicates.length;
    deepEqual(
      reply.duplicates?.map(({ index, partition: where, offset }) => [index, where, offset]) ?? [],
      duplicates,
    );
    deepEqual([reply.baseOffset, reply.records], taken === 0 ? [-1, 0] : [before, taken]);
    deepEqual(reply.appendTimeMs, taken === 0 ? -1 : machine.nowMs);
  }

  /** What is left is what still counts: nothing is forgotten early, and nothing stays. */
  #expire(): void {
    const { machine, naive } = this;
    machine.run(decideExpireRows, { rowsMax: 1_000 });
    const live = naive.taken.filter(({ untilMs }) => untilMs > machine.nowMs);
    deepEqual(machine.view.count('dedups'), live.length);
    const ids = machine.view
      .all('expiries')
      .flatMap(([[, , rowKey], value]) => dedupsOfExpiry(rowKey, value || new Uint8Array()));
    const rows = machine.view.all('dedups').map(([key]) => key.join());
    deepEqual(ids.map((key) => key.join()).toSorted(), rows.toSorted());
  }

  /** What can be read: offset, key and value of each record of each partition. */
  stored(): [number, string | null, string | null][][] {
    return this.naive.logs.map((_, at) => {
      const command = { topicId: TOPIC, partition: at, offset: 0 };
      const bounds = { bytesMax: 1_000_000, batchesMax: 1_000 };
      const read = readBatches(this.machine.state, this.machine.view, { ...command, ...bounds });
      if (read.error !== undefined) throw read.error;
      const records = read.batches.flatMap((batch) => readRecords(batch));
      return records.map(({ offset, key, value }) => [offset, textOf(key), textOf(value)]);
    });
  }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : DECODER.decode(bytes);
}

it('takes each message once in its window, as the naive list does [L-80]-[L-86]', () => {
  const scene = fc.record({ settings, list: fc.array(ops, { maxLength: 30 }) });
  fc.assert(
    fc.property(scene, ({ settings: change, list }) => {
      const twins = new Twins(change);
      for (const op of list) twins.run(op);
      const taken = twins.naive.logs.map((log) =>
        log.map(({ key, value }, offset) => [offset, key, value]),
      );
      expect(twins.stored()).toEqual(taken);
    }),
    { numRuns: 400 },
  );
});

it('sees what another batch of the same decision brings [L-81]', () => {
  const { machine } = new Twins({});
  const batch = () => appendRecords(TOPIC, 0, [{ dedup: dedupHash('a') }, {}]);
  const met = new Map();
  const decide = (command: ReturnType<typeof batch>) => {
    const decision = decideAppend(machine.state, machine.view, { ...command, met }, machine.ctx);
    if (decision.error !== undefined) throw decision.error;
    return decision.reply.duplicates?.length ?? 0;
  };
  expect([decide(batch()), decide(batch())]).toEqual([0, 1]);
});

it('refuses a batch of which a part is left out where its records cannot be read [L-85]', () => {
  const { machine } = new Twins({ dedupScope: 'key' });
  const command = appendRecords(TOPIC, 0, [{ dedup: dedupHash('a') }]);
  command.batch[command.batch.length - 5] = 0xff;
  expect(machine.refused(decideAppend, command)).toMatchObject({ code: 'CORRUPT_BATCH' });
  expect(machine.view.count('dedups')).toBe(0);
});

it('lets many ids go by few entries, in slices [L-88][L-90]', () => {
  const { machine } = new Twins({ dedupScope: 'key' });
  const records = Array.from({ length: 1_000 }, (_, i) => ({
    key: TEXT.encode(`${i % 7}`),
    dedup: dedupHash(`${i}`),
  }));
  machine.run(decideAppend, appendRecords(TOPIC, 0, records));
  expect([machine.view.count('dedups'), machine.view.count('expiries')]).toEqual([1_000, 4]);
  machine.nowMs += 300_000;
  const slices: number[] = [];
  for (let more = true; more; ) {
    const reply = machine.run(decideExpireRows, { rowsMax: 300 });
    slices.push(reply.rowsRemoved);
    more = reply.more;
  }
  expect(slices).toEqual([512, 488]);
  expect([machine.view.count('dedups'), machine.view.count('expiries')]).toEqual([0, 0]);
});
