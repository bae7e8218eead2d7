// `topics offsets`, `topics grow`, `topics delete-records` and what topics are told of cleanup, with a client that answers
// by heart.
import type { TopicDescription } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { movedPart } from '../src/commands/topics/grow.ts';
import { recordsText } from '../src/commands/topics/topic-figures.ts';
import { EXIT } from '../src/errors/exit-codes.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { documentOf, runWith } from './support/run-with.ts';

const words = (line: string): string[] => line.split(' ');

interface Question {
  readonly partition: number;
  readonly at: 'earliest' | 'latest' | { readonly timestampMs: number };
}

/** Two partitions; what is done is kept. */
function broker(cleanupPolicy = 'delete') {
  const done: unknown[] = [];
  const partitions = [
    { partition: 0, startOffset: 10, endOffset: 30, bytes: 1, segments: 1 },
    { partition: 1, startOffset: 0, endOffset: 5, bytes: 1, segments: 1 },
  ];
  const admin = {
    describeTopic: async (name: string) => ({ name, partitions, config: { cleanupPolicy } }),
    listOffsets: async (questions: readonly Question[]) =>
      questions.map(({ partition, at }) => {
        const { startOffset = 0, endOffset = 0 } = partitions[partition] ?? {};
        if (at === 'earliest') return { offset: startOffset, timestampMs: null };
        if (at === 'latest') return { offset: endOffset, timestampMs: null };
        return {
          offset: partition === 0 ? 20 : endOffset,
          timestampMs: partition === 0 ? 7 : null,
        };
      }),
    deleteRecords: async (topic: string, targets: unknown) => void done.push([topic, targets]),
    alterTopic: async (input: unknown) => void done.push(input),
    createTopic: async (input: unknown) => {
      done.push(input);
      return { topicId: 1 };
    },
  };
  return { admin, done };
}

describe('topics offsets', () => {
  it('tells where partitions begin and end', async () => {
    const { document } = await documentOf(broker(), 'topics offsets t');
    const ends = [
      { partition: 0, earliest: 10, latest: 30 },
      { partition: 1, earliest: 0, latest: 5 },
    ];
    expect(document).toEqual({ topic: 't', atMs: null, partitions: ends });
  });

  it('tells the offset of a time, and of one partition alone', async () => {
    const { document } = await documentOf(broker(), 'topics offsets t --at 2026-01-31');
    expect(document).toMatchObject({
      partitions: [
        { at: 20, atTimestampMs: 7 },
        { at: 5, atTimestampMs: null },
      ],
    });
    const { out } = await runWith(broker(), words('topics offsets t --at -1h --partition 1'));
    expect(out).toMatch(/PARTITION {2}EARLIEST {2}LATEST {2}AT {2}APPENDED\n +1 +0 +5 +5 +-/);
    const { error } = await documentOf(broker(), 'topics offsets t --partition 2');
    expect(error?.exit).toBe('notFound');
  });
});

describe('topics grow', () => {
  it('says how many keys go elsewhere', () => {
    expect(movedPart(2, 4)).toBeCloseTo(1 / 2);
    expect(movedPart(1, 4)).toBeCloseTo(3 / 4);
    expect(movedPart(2, 3)).toBeCloseTo(2 / 3);
    const hashes = Array.from({ length: 60 }, (_, hash) => hash);
    const moved = hashes.filter((hash) => hash % 4 !== hash % 6).length;
    expect(movedPart(4, 6)).toBeCloseTo(moved / hashes.length);
  });

  it('asks, and grows', async () => {
    const fake = broker();
    const refused = await documentOf(fake, 'topics grow t --partitions 4');
    expect(refused.error?.message).toContain(
      'grow topic t from 2 to 4 partitions (new records of about 50% of the keys go to another',
    );
    expect(fake.done).toEqual([]);
    const { document } = await documentOf(fake, 'topics grow t --partitions 4 --yes');
    expect(document).toMatchObject({ partitionsBefore: 2, partitions: 4, keysMoved: 0.5 });
    expect(fake.done).toEqual([{ name: 't', partitions: 4 }]);
  });

  it('never shrinks', async () => {
    const fake = broker();
    const { error, exit } = await documentOf(fake, 'topics grow t --partitions 2 --yes');
    expect([exit, error?.code]).toEqual([EXIT.conflict, 'NOT_MORE_PARTITIONS']);
    expect((await documentOf(fake, 'topics grow t --yes')).exit).toBe(EXIT.usage);
    expect(fake.done).toEqual([]);
  });
});

describe('topics delete-records', () => {
  it('says how many go, and asks', async () => {
    const fake = broker();
    const terminal = fakeTerminal({ input: 'n\n', isTTY: true });
    const { error } = await runWith(fake, words('topics delete-records t --before -7d'), {
      terminal,
    });
    expect(terminal.err()).toContain('Delete 15 records of topic t (2 partitions)?');
    expect([error?.code, fake.done]).toEqual(['NOT_CONFIRMED', []]);
    await documentOf(fake, 'topics delete-records t --before -7d --yes');
    const targets = [
      { partition: 0, beforeOffset: 20 },
      { partition: 1, beforeOffset: 5 },
    ];
    expect(fake.done).toEqual([['t', targets]]);
  });

  it('cuts at an offset, at the end that was told, and nowhere', async () => {
    const fake = broker();
    const line = 'topics delete-records t --yes --before';
    const { document } = await documentOf(fake, `${line} 12 --partition 0`);
    expect(document).toMatchObject({ deleted: true, records: 2 });
    await documentOf(fake, `${line} latest`);
    expect(await documentOf(fake, `${line} earliest`)).toMatchObject({
      exit: 0,
      document: { deleted: false, records: 0 },
    });
    expect(fake.done).toEqual([
      ['t', [{ partition: 0, beforeOffset: 12 }]],
      [
        't',
        [
          { partition: 0, beforeOffset: 30 },
          { partition: 1, beforeOffset: 5 },
        ],
      ],
    ]);
    const beyond = await documentOf(fake, `${line} 6`);
    expect(beyond.error?.message).toContain('partition 1 of topic t ends at 5');
    expect(fake.done).toHaveLength(2);
  });

  it('tries without doing, and knows that compacted topics have holes', async () => {
    const fake = broker('compact');
    const { out } = await runWith(fake, words('topics delete-records t --before 5 --dry-run'));
    expect(out).toContain('up to 5 records would go (--dry-run).');
    expect(fake.done).toEqual([]);
    const { error } = await documentOf(fake, 'topics delete-records t');
    expect(error?.message).toContain('--before');
  });
});

describe('what topics are told of cleanup', () => {
  it('goes to the broker as it is said', async () => {
    const fake = broker();
    const said = '--cleanup compact --compaction-lag 1m --tombstone-retention 2h --dirty-ratio 0.3';
    await documentOf(fake, `topics create t ${said}`);
    await documentOf(fake, 'topics alter t --cleanup compact-delete');
    expect(fake.done).toMatchObject([
      {
        config: {
          cleanupPolicy: 'compact',
          compactionLagMs: 60_000,
          tombstoneRetentionMs: 7_200_000,
          compactionDirtyRatio: 0.3,
        },
      },
      { config: { cleanupPolicy: 'compact-delete', compactionLagMs: undefined } },
    ]);
    expect((await documentOf(fake, 'topics alter t --dirty-ratio 2')).exit).toBe(EXIT.usage);
    expect((await documentOf(fake, 'topics alter t --cleanup none')).exit).toBe(EXIT.usage);
  });
});

describe('the number of records', () => {
  it.each([
    ['delete', '1,200'],
    ['compact', '<= 1,200'],
    ['compact-delete', '<= 1,200'],
  ] as const)('of a topic with cleanup %s is %s', (cleanupPolicy, text) => {
    const config = { cleanupPolicy } as NonNullable<TopicDescription['config']>;
    expect(recordsText({ config }, 1_200)).toBe(text);
  });
});
