// The flow of `produce` against a producer that is slow, refuses, or takes everything.
import { Readable } from 'node:stream';
import { type BatchMessage, MillraceError, type SentBatch } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { pump, type RecordShape } from '../src/commands/produce/pump.ts';
import { summaryDocument, summaryText, Tally } from '../src/commands/produce/tally.ts';

type Messages = readonly BatchMessage<Uint8Array>[];

const SHAPE: RecordShape = {
  topic: 't',
  format: 'text',
  keyPath: undefined,
  key: undefined,
  headers: [],
  partition: undefined,
};
const NEVER = new AbortController().signal;

/** Takes batches, and answers when and how it is told to. */
class FakeProducer {
  readonly sent: Messages[] = [];
  bytesWaiting = 0;
  bytesWaitingMax = 0;
  #offset = 0;
  readonly #answer: (messages: Messages) => Promise<void>;

  constructor(answer: (messages: Messages) => Promise<void> = async () => {}) {
    this.#answer = answer;
  }

  async sendBatch(topic: string, messages: Messages): Promise<SentBatch> {
    this.sent.push(messages);
    const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0) + 1, 0);
    this.bytesWaiting += bytes;
    this.bytesWaitingMax = Math.max(this.bytesWaitingMax, this.bytesWaiting);
    await this.#answer(messages);
    this.bytesWaiting -= bytes;
    const offsets = messages.map(() => this.#offset++);
    const partitions = messages.map(() => 0);
    return { topic, topicId: 1, offsets, partitions, duplicates: [] };
  }

  get values(): string[] {
    return this.sent.flat().map(({ value }) => Buffer.from(value ?? '').toString());
  }
}

const asProducer = (fake: FakeProducer) => fake as unknown as Parameters<typeof pump>[0];

describe('pump', () => {
  it('sends lines in order and counts what is stored', async () => {
    const producer = new FakeProducer();
    const tally = new Tally();
    const chunks = ['a\nb', 'c\n', '\nd'].map((text) => Buffer.from(text));
    await pump(asProducer(producer), Readable.from(chunks), SHAPE, tally, NEVER);
    expect(producer.values).toEqual(['a', 'bc', '', 'd']);
    expect(summaryDocument('t', tally)).toMatchObject({
      records: 4,
      bytesRead: 7,
      partitions: [{ partition: 0, records: 4, firstOffset: 0, lastOffset: 3 }],
    });
    expect(summaryText('t', tally)).toContain('Stored 4 records');
  });

  it('gives every record its key, headers and partition', async () => {
    const producer = new FakeProducer();
    const shape: RecordShape = { ...SHAPE, key: 'k', headers: [['h', '1']], partition: 3 };
    await pump(
      asProducer(producer),
      Readable.from([Buffer.from('a\n')]),
      shape,
      new Tally(),
      NEVER,
    );
    expect(producer.sent[0]?.[0]).toMatchObject({ key: 'k', headers: [['h', '1']], partition: 3 });
  });

  it('reads no further while too much is on its way', async () => {
    const producer = new FakeProducer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
    const line = Buffer.from(`${'x'.repeat(1_023)}\n`.repeat(1_024));
    const stream = Readable.from(
      (function* lines() {
        for (let at = 0; at < 64; at += 1) yield line;
      })(),
    );
    const tally = new Tally();
    await pump(asProducer(producer), stream, SHAPE, tally, NEVER);
    expect(tally.stored).toBe(65_536);
    expect(producer.bytesWaitingMax).toBeGreaterThan(4 * 1_048_576);
    expect(producer.bytesWaitingMax).toBeLessThanOrEqual(18 * 1_048_576);
  });

  it('stops at a refusal, waits for the rest, and counts it', async () => {
    let calls = 0;
    const producer = new FakeProducer(async () => {
      calls += 1;
      const isRefused = calls === 2;
      await new Promise((resolve) => setTimeout(resolve, isRefused ? 1 : 20));
      if (isRefused) throw new MillraceError('STORAGE_FULL');
    });
    const tally = new Tally();
    const chunks = ['a\n', 'b\n', 'c\n'].map((text) => Buffer.from(text));
    const done = pump(asProducer(producer), Readable.from(chunks), SHAPE, tally, NEVER);
    await expect(done).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(tally.stored).toBe(2);
  });

  it('stores what came before a line that is not JSON', async () => {
    const producer = new FakeProducer();
    const tally = new Tally();
    const shape: RecordShape = { ...SHAPE, format: 'json' };
    const stream = Readable.from([Buffer.from('1\n2\n{\n4\n')]);
    await expect(pump(asProducer(producer), stream, shape, tally, NEVER)).rejects.toThrow('line 3');
    expect(producer.values).toEqual(['1', '2']);
    expect(tally.stored).toBe(2);
    expect(tally.storedText('t')).toContain('2 records had been stored');
  });

  it('lets a line say what the options do not, and holds it to the limits', async () => {
    const producer = new FakeProducer();
    const limits = {
      delayMsMax: 1_000,
      messageTtlMsMax: 1_000,
      dedupIdBytesMax: 4,
      tenantBytesMax: 4,
      maxDeliveriesMax: 10,
    };
    const rules = { delayMs: 5 };
    const shape: RecordShape = { ...SHAPE, format: 'record', rules, limits };
    const line = '{"value":1,"dedupId":"a","delayMs":9,"ttlMs":7,"tenant":"t","maxDeliveries":2}';
    const stream = Readable.from([Buffer.from(`${line}\n{"value":2,"dedupId":"abcde"}\n`)]);
    const tally = new Tally();
    await expect(pump(asProducer(producer), stream, shape, tally, NEVER)).rejects.toThrow(
      'line 2: dedupId is a text of 1 to 4 bytes, not of 5',
    );
    const said = { dedupId: 'a', delayMs: 5, ttlMs: 7, tenant: 't', maxDeliveries: 2 };
    expect(producer.sent).toMatchObject([[said]]);
    expect(tally.stored).toBe(1);
  });

  it('takes dedup ids from the values', async () => {
    const producer = new FakeProducer();
    const shape: RecordShape = { ...SHAPE, format: 'json', dedupPath: ['id'] };
    const stream = Readable.from([Buffer.from('{"id":7}\n{"no":1}\n')]);
    await pump(asProducer(producer), stream, shape, new Tally(), NEVER);
    expect(producer.sent[0]?.map(({ dedupId }) => dedupId)).toEqual(['7', undefined]);
  });

  it('counts duplicates apart', () => {
    const tally = new Tally();
    tally.add({ partitions: [0, 0, 0], offsets: [5, 2, -1], duplicates: [1] });
    expect(summaryDocument('t', tally)).toMatchObject({
      records: 1,
      duplicates: 1,
      partitions: [{ records: 1, firstOffset: 5, lastOffset: 5 }],
    });
    expect(summaryText('t', tally)).toContain('1 duplicate had come before');
    const all = new Tally();
    all.add({ partitions: [0], offsets: [2], duplicates: [0] });
    expect(summaryText('t', all)).not.toContain('the input was empty');
  });

  it('ends at the signal, with what was read stored', async () => {
    const abort = new AbortController();
    const producer = new FakeProducer(async () => abort.abort());
    const stream = new Readable({ read: () => {} });
    stream.push('a\n');
    const tally = new Tally();
    await pump(asProducer(producer), stream, SHAPE, tally, abort.signal);
    expect(tally.stored).toBe(1);
    expect(stream.destroyed).toBe(true);
  });
});
