// The parts of `consume`: where it ends, what it writes, and what it commits.
import { Writable } from 'node:stream';
import type { Admin, Consumer, ConsumerBatch, Message } from '@millrace/client';
import { MillraceError } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { readTopic } from '../src/commands/consume/read-topic.ts';
import { recordFormat } from '../src/commands/consume/record-format.ts';
import { RecordWriter } from '../src/commands/consume/record-writer.ts';
import { findEnds, TopicEnds } from '../src/commands/consume/topic-ends.ts';
import { type Context, openContext } from '../src/context.ts';
import { fakeTerminal } from './support/fake-terminal.ts';

const ACCESS = { tls: undefined, by: { kind: 'nothing' } } as const;
const LOOKS = { json: false, color: false, quiet: false };
const SETTINGS = { ...LOOKS, broker: 'b:1', timeoutMs: 1_000, access: ACCESS };
const FORMAT = {
  output: undefined,
  template: undefined,
  keySeparator: '\t',
  encoding: 'raw',
  valueFormat: 'json',
  raw: false,
} as const;
const RAW = recordFormat({ ...FORMAT, raw: true });
const NEVER = new AbortController().signal;

function message(offset: number, value: string | null = `v${offset}`): Message<Uint8Array> {
  const valueBytes = value === null ? null : Buffer.from(value);
  const fields = { topic: 't', partition: 0, offset, timestampMs: 1, keyBytes: null };
  return { ...fields, valueBytes, headers: [] } as unknown as Message<Uint8Array>;
}

function batch(partition: number, first: number, count: number): ConsumerBatch<Uint8Array> {
  const messages = Array.from({ length: count }, (_, at) => message(first + at));
  return { partition, messages } as unknown as ConsumerBatch<Uint8Array>;
}

/** Hands out these batches, then waits until it is closed. */
class FakeConsumer {
  readonly committed: [number, number][] = [];
  isClosed = false;
  assignment = [{ topic: 't', partition: 0 }];
  positions: { partition: number; position: number }[] = [];
  failure: MillraceError | undefined;
  private readonly all: ConsumerBatch<Uint8Array>[];
  #close: () => void = () => {};

  constructor(...batches: ConsumerBatch<Uint8Array>[]) {
    this.all = batches;
  }

  async *batches(): AsyncGenerator<ConsumerBatch<Uint8Array>, void, void> {
    yield* this.all;
    await new Promise<void>((resolve) => {
      this.#close = resolve;
    });
  }

  async commit(offsets: readonly { partition: number; offset: number }[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    for (const { partition, offset } of offsets) this.committed.push([partition, offset]);
  }

  lag() {
    return this.positions;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#close();
  }
}

interface Setting {
  readonly consumer: FakeConsumer;
  readonly terminal?: ReturnType<typeof fakeTerminal>;
  readonly ends?: TopicEnds;
  readonly group?: string;
  readonly max?: number;
}

async function read({
  consumer,
  terminal = fakeTerminal(),
  ends,
  group,
  max,
}: Setting): Promise<Context> {
  const context = openContext(SETTINGS, terminal);
  const writer = new RecordWriter(context.output, { render: RAW, max });
  const asConsumer = consumer as unknown as Consumer<Uint8Array>;
  await readTopic({ consumer: asConsumer, writer, ends, context, topic: 't', group });
  return context;
}

describe('reading', () => {
  it('ends at the ends, also where they are reached before it starts', async () => {
    const terminal = fakeTerminal();
    const consumer = new FakeConsumer(batch(0, 0, 2), batch(0, 2, 2));
    const ends = new TopicEnds(new Map([[0, { position: 0, end: 3 }]]));
    await read({ consumer, terminal, ends });
    expect(terminal.out()).toBe('v0\nv1\nv2\nv3\n');
    expect(consumer.isClosed).toBe(true);
    const done = new FakeConsumer(batch(0, 0, 2));
    await read({ consumer: done, ends: new TopicEnds(new Map([[0, { position: 5, end: 5 }]])) });
    expect(done.isClosed).toBe(true);
  });

  it('ends when others of the group have read what it was given', async () => {
    const consumer = new FakeConsumer();
    const ends = new TopicEnds(
      new Map([
        [0, { position: 0, end: 3 }],
        [1, { position: 0, end: 3 }],
      ]),
    );
    consumer.positions = [{ partition: 0, position: 3 }];
    await read({ consumer, ends, group: 'g' });
    expect(ends.isReached([0])).toBe(true);
    expect(ends.isReached()).toBe(false);
  });

  it('commits what is written, no more', async () => {
    const consumer = new FakeConsumer(batch(0, 0, 3), batch(1, 10, 3));
    await read({ consumer, group: 'g', max: 4 });
    expect(consumer.committed).toEqual([
      [0, 3],
      [1, 11],
    ]);
  });

  it('commits nothing without a group', async () => {
    const consumer = new FakeConsumer(batch(0, 0, 3));
    await read({ consumer, max: 3 });
    expect(consumer.committed).toEqual([]);
  });

  it('goes on where a partition went to another member, and says so', async () => {
    const terminal = fakeTerminal();
    const consumer = new FakeConsumer(batch(0, 0, 1), batch(0, 1, 1));
    consumer.failure = new MillraceError('FENCED_MEMBER_EPOCH');
    await read({ consumer, terminal, group: 'g', max: 2 });
    expect(terminal.err()).toContain('went to another member');
    consumer.failure = new MillraceError('STORAGE_ERROR');
    const other = new FakeConsumer(batch(0, 0, 1));
    other.failure = consumer.failure;
    await expect(read({ consumer: other, group: 'g' })).rejects.toThrow(consumer.failure.message);
  });

  it('ends at a signal', async () => {
    const terminal = fakeTerminal();
    const consumer = new FakeConsumer(batch(0, 0, 1));
    const reading = read({ consumer, terminal, group: 'g' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    terminal.send('SIGINT');
    expect((await reading).stopped).toBe('SIGINT');
    expect(consumer.committed).toEqual([[0, 1]]);
    expect(consumer.isClosed).toBe(true);
  });

  it('ends when the reader of stdout goes away, with what it took committed', async () => {
    let pieces = 0;
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        pieces += 1;
        done(pieces > 1 ? Object.assign(new Error('EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    const consumer = new FakeConsumer(
      batch(0, 0, 2),
      batch(0, 2, 2),
      batch(0, 4, 2),
      batch(0, 6, 2),
    );
    const terminal = { ...fakeTerminal(), stdout };
    expect((await read({ consumer, terminal, group: 'g' })).stopped).toBe('output');
    expect(consumer.committed[0]).toEqual([0, 2]);
    expect(consumer.committed.length).toBeLessThan(4);
    expect(consumer.isClosed).toBe(true);
  });
});

describe('writing', () => {
  it('in pieces, each reported', async () => {
    const terminal = fakeTerminal();
    const { output } = openContext(SETTINGS, terminal);
    const writer = new RecordWriter(output, { render: recordFormat(FORMAT) });
    const big = 'x'.repeat(40_000);
    const written: number[] = [];
    await writer.write([message(5, big), message(7, big), message(9, null)], (next) => {
      written.push(next);
    });
    expect(written).toEqual([8, 10]);
    const lines = terminal.out().trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { offset: number }).offset)).toEqual([5, 7, 9]);
  });

  it('raw values, and an empty line for none', async () => {
    const terminal = fakeTerminal();
    const { output } = openContext(SETTINGS, terminal);
    const writer = new RecordWriter(output, { render: RAW, max: 2 });
    await writer.write([message(0, 'a'), message(1, null), message(2, 'c')], () => {});
    expect(terminal.out()).toBe('a\n\n');
    expect(writer.isFull).toBe(true);
  });
});

describe('what there is to read', () => {
  const admin = {
    describeTopic: async () => ({
      partitions: [
        { partition: 0, startOffset: 5, endOffset: 10 },
        { partition: 1, startOffset: 0, endOffset: 4 },
      ],
    }),
    listOffsets: async () => [{ offset: 7 }, { offset: 4 }],
    groupOffsets: async (group: string) =>
      group === 'finished'
        ? [{ topic: 't', partition: 1, offset: 4 }]
        : [
            { topic: 't', partition: 0, offset: 2 },
            { topic: 'other', partition: 1, offset: 4 },
          ],
  } as unknown as Admin;
  const base = { topic: 't', group: undefined, partitions: [], from: 'earliest' as const };
  /** Partitions of which nothing is left. */
  const done = (ends: TopicEnds) => [0, 1].filter((partition) => ends.isReached([partition]));

  it('depends on where it starts', async () => {
    expect(done(await findEnds(admin, base, NEVER))).toEqual([]);
    expect(done(await findEnds(admin, { ...base, from: 'latest' }, NEVER))).toEqual([0, 1]);
    expect(done(await findEnds(admin, { ...base, from: { offset: 4 } }, NEVER))).toEqual([1]);
    expect(done(await findEnds(admin, { ...base, from: { timestampMs: 1 } }, NEVER))).toEqual([1]);
  });

  it('is what the group has not committed; what it has not begun starts as it is told', async () => {
    const reading = { ...base, group: 'g', from: 'latest' as const };
    expect(done(await findEnds(admin, reading, NEVER))).toEqual([1]);
    const finished = { ...base, group: 'finished' };
    expect(done(await findEnds(admin, finished, NEVER))).toEqual([1]);
    expect(done(await findEnds(admin, { ...base, group: 'g' }, NEVER))).toEqual([]);
  });

  it('names a partition that is not there', async () => {
    const reading = { ...base, partitions: [2] };
    await expect(findEnds(admin, reading, NEVER)).rejects.toMatchObject({ exit: 'notFound' });
  });
});
