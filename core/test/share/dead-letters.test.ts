// Copies of dead messages: as few batches as they fit in, exactly one copy each, and nothing lost in silence where a
// record cannot be copied.
import {
  BatchRecords,
  DEAD_LETTER_HEADERS,
  encodeBatch,
  LIMITS,
  type LogRecord,
  readRecords,
  validateBatch,
} from '@millrace/protocol';
import { describe, expect, it, vi } from 'vitest';
import { decideDue, RecordSources } from '../../src/index.ts';
import { batchOf } from '../support/batches.ts';
import type { Machine } from '../support/machine.ts';
import {
  acknowledge,
  appendBatch,
  createGroup,
  DEAD_LETTERS,
  receive,
  sharedTopic,
} from './share-setup.ts';

const TEXT = new TextEncoder();
const DECODER = new TextDecoder();

function letterBatches(machine: Machine): Uint8Array[] {
  return machine.view
    .all('batches')
    .filter(([[topicId]]) => topicId === DEAD_LETTERS)
    .map(([, batch]) => batch);
}

function letters(machine: Machine): LogRecord[] {
  return letterBatches(machine).flatMap((batch) => {
    validateBatch(batch);
    return readRecords(batch);
  });
}

function header(
  { headers }: LogRecord,
  name: keyof typeof DEAD_LETTER_HEADERS,
): string | undefined {
  const found = headers.find(([other]) => other === DEAD_LETTER_HEADERS[name]);
  return found === undefined ? undefined : DECODER.decode(found[1]);
}

function sourceOffsets(machine: Machine): number[] {
  return letters(machine).map((letter) => Number(header(letter, 'offset')));
}

describe('dead letters', () => {
  it('puts the dead of a run in one batch, and knows where each went [L-22]', () => {
    const machine = sharedTopic({ maxDeliveries: 1 });
    for (let i = 0; i < 10; i += 1)
      appendBatch(machine, batchOf(Array.from({ length: 100 }, () => 'm')));
    const [lease] = receive(machine);
    const reply = acknowledge(machine, 'release', [0, 999], lease?.token ?? 0);
    expect(reply.deadLettered).toBe(1_000);
    expect(letterBatches(machine).length).toBe(1);
    expect(sourceOffsets(machine)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
    const dead = [
      [1, 1, 0, 0],
      [999, 'exhausted', 1, machine.nowMs, DEAD_LETTERS, 0, 0],
    ];
    expect(machine.view.all('dead')).toEqual([dead]);
  });

  it('puts what dies together in one batch a partition, whichever group it died in [L-22]', () => {
    const machine = sharedTopic({ maxDeliveries: 1, visibilityTimeoutMs: 1_000 });
    createGroup(machine, 'others', { maxDeliveries: 1, visibilityTimeoutMs: 1_000 });
    appendBatch(machine, batchOf(['a', 'b', 'c']));
    for (let i = 0; i < 3; i += 1) receive(machine, { maxMessages: 1 });
    receive(machine, { groupId: 2, maxMessages: 2 });
    machine.nowMs += 1_000;
    const reply = machine.run(decideDue, { runsMax: 10, graceUntilMs: 0 });
    expect(reply).toMatchObject({ expired: 5, readied: 0, deadLettered: 5, more: false });
    expect(letterBatches(machine).length).toBe(1);
    const told = letters(machine).map(
      (letter) => `${header(letter, 'group')} ${header(letter, 'offset')}`,
    );
    expect(told).toEqual(['workers 0', 'workers 1', 'workers 2', 'others 0', 'others 1']);
    const places = machine.view.all('dead').map(([key, row]) => [key[0], key[3], row[6]]);
    expect(places).toEqual([
      [1, 0, 0],
      [1, 1, 1],
      [1, 2, 2],
      [2, 0, 3],
    ]);
  });

  it('begins another batch where one is full [L-22]', () => {
    const machine = sharedTopic({ maxDeliveries: 1 });
    const half = { value: new Uint8Array(LIMITS.receiveBytesMax / 8 - 100) };
    for (let i = 0; i < 8; i += 1) appendBatch(machine, encodeBatch([half], { nowMs: 1 }));
    const leases = receive(machine);
    const { firstOffset = -1, lastOffset = -1, token = 0 } = leases[0] ?? {};
    expect([firstOffset, lastOffset]).toEqual([0, 7]);
    acknowledge(machine, 'reject', [0, 7], token, {
      errorText: 'x'.repeat(LIMITS.errorTextBytesMax),
    });
    const batches = letterBatches(machine);
    expect(batches.length).toBe(2);
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(LIMITS.batchBytesMax);
    expect(sourceOffsets(machine)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('ends a slice of what is due once its copies fill a batch [L-29]', () => {
    const machine = sharedTopic({ maxDeliveries: 1, visibilityTimeoutMs: 1_000 });
    const large = { value: new Uint8Array(LIMITS.messageBytesMax - 100) };
    for (let i = 0; i < 20; i += 1) {
      appendBatch(machine, encodeBatch([large], { nowMs: 1 }));
      receive(machine, { maxMessages: 1 });
    }
    machine.nowMs += 1_000;
    let slices = 0;
    for (let more = true; more; slices += 1) {
      more = machine.run(decideDue, { runsMax: 100, graceUntilMs: 0 }).more;
    }
    expect(slices).toBe(3);
    expect(sourceOffsets(machine).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('decompresses a batch once, however many items of a turn take from it [L-29]', () => {
    const machine = sharedTopic();
    const records = Array.from({ length: 100 }, (_, i) => ({ value: TEXT.encode(`${i}`) }));
    appendBatch(machine, encodeBatch(records, { nowMs: 1, codec: 'gzip' }));
    const [lease] = receive(machine);
    const sources = new RecordSources();
    const opened = vi.spyOn(BatchRecords.prototype, 'open');
    for (let at = 99; at >= 0; at -= 1)
      acknowledge(machine, 'reject', [at, at], lease?.token ?? 0, { sources });
    expect(new Set(opened.mock.instances).size).toBe(1);
    opened.mockRestore();
    expect(letters(machine).map(({ value }) => DECODER.decode(value ?? undefined))).toEqual(
      Array.from({ length: 100 }, (_, i) => `${99 - i}`),
    );
  });

  it('ends a slice of what is due once it decompressed more than a batch may hold [L-29]', () => {
    const machine = sharedTopic({ maxDeliveries: 1, visibilityTimeoutMs: 1_000 });
    const large = { value: new Uint8Array(LIMITS.messageBytesMax - 100) };
    const small = { value: TEXT.encode('small') };
    const records = [small, ...Array.from({ length: 7 }, () => large)];
    const packed = encodeBatch(records, { nowMs: 1, codec: 'gzip' });
    for (let i = 0; i < 10; i += 1) {
      appendBatch(machine, new Uint8Array(packed));
      receive(machine, { maxMessages: 1 });
      const [rest] = receive(machine, { maxMessages: 7 });
      acknowledge(machine, 'accept', [8 * i + 1, 8 * i + 7], rest?.token ?? 0);
    }
    machine.nowMs += 1_000;
    const due = { runsMax: 100, graceUntilMs: 0 };
    expect(machine.run(decideDue, due)).toMatchObject({ deadLettered: 5, more: true });
    expect(machine.run(decideDue, due)).toMatchObject({ deadLettered: 5, more: false });
  });

  it('copies key, value, headers and time as they were [L-23]', () => {
    const machine = sharedTopic();
    const record = {
      key: TEXT.encode('k'),
      value: TEXT.encode('v'),
      timestampMs: 777,
      headers: [['trace', TEXT.encode('7')]] as const,
    };
    appendBatch(
      machine,
      encodeBatch([record, { value: null, timestampMs: 888 }], { nowMs: 1, codec: 'gzip' }),
    );
    const [lease] = receive(machine);
    acknowledge(machine, 'reject', [0, 1], lease?.token ?? 0);
    const [first, second] = letters(machine);
    expect(DECODER.decode(first?.key ?? undefined)).toBe('k');
    expect(DECODER.decode(first?.value ?? undefined)).toBe('v');
    expect([first?.timestampMs, second?.timestampMs]).toEqual([777, 888]);
    expect(first?.headers[0]?.[0]).toBe('trace');
    expect([second?.key, second?.value]).toEqual([null, null]);
  });

  it('has room for the provenance of a record with as many headers as there may be [L-23]', () => {
    const machine = sharedTopic();
    const headers = Array.from(
      { length: LIMITS.headersPerRecordMax },
      (_, i) => [`h${i}`, TEXT.encode('x')] as const,
    );
    appendBatch(machine, encodeBatch([{ value: TEXT.encode('v'), headers }], { nowMs: 1 }));
    const [lease] = receive(machine);
    acknowledge(machine, 'reject', [0, 0], lease?.token ?? 0);
    const [letter] = letters(machine);
    expect(DECODER.decode(letter?.value ?? undefined)).toBe('v');
    expect(letter?.headers.length).toBe(LIMITS.headersPerRecordMax + 9);
    expect(letter && header(letter, 'messageId')).toBe('00000001-0000-8000-8000-000000000000');
  });
});

describe('a record that cannot be copied', () => {
  function broken(spoil: (stored: Uint8Array) => Uint8Array): Machine {
    const machine = sharedTopic({ maxDeliveries: 1 });
    appendBatch(machine, batchOf(['a', 'b', 'c']));
    appendBatch(machine, batchOf(['d']));
    const [lease] = receive(machine);
    const [[key, stored] = [[0, 0, 0] as const, new Uint8Array()]] = machine.view.all('batches');
    machine.view.apply({ table: 'batches', key, value: spoil(stored) });
    acknowledge(machine, 'release', [0, 3], lease?.token ?? 0, { errorText: 'cannot decode' });
    return machine;
  }

  it.each([
    [
      'bytes that fail the checksum',
      (stored: Uint8Array) => stored.with(stored.lastIndexOf(0x63), 0x78),
    ],
    ['bytes that are no batch', () => new Uint8Array([1, 2, 3])],
  ])('is stood in for by one that says so: %s [L-24]', (_, spoil) => {
    const machine = broken(spoil);
    expect(sourceOffsets(machine)).toEqual([0, 1, 2, 3]);
    const [first, , , last] = letters(machine);
    expect(first?.value).toBeNull();
    expect(first && header(first, 'undecodable')).toMatch(/^Corrupt batch/);
    expect(first && header(first, 'error')).toBe('cannot decode');
    expect(first && header(first, 'messageId')).toBe('00000001-0000-8000-8000-000000000000');
    expect(DECODER.decode(last?.value ?? undefined)).toBe('d');
    expect(last && header(last, 'undecodable')).toBeUndefined();
  });

  it('is stood in for also where the log has no batch any more [L-24]', () => {
    const machine = sharedTopic({ maxDeliveries: 1 });
    appendBatch(machine, batchOf(['a', 'b']));
    const [lease] = receive(machine);
    machine.view.apply({ table: 'batches', key: [1, 0, 0], value: undefined });
    acknowledge(machine, 'release', [0, 1], lease?.token ?? 0);
    expect(letters(machine).map((letter) => header(letter, 'undecodable'))).toEqual([
      'The partition has no record at offset 0.',
      'The partition has no record at offset 1.',
    ]);
  });
});
