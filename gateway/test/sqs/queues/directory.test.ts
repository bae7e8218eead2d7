// How long the directory believes what it was told.
import { describe, expect, it } from 'vitest';
import { SqsError } from '../../../src/sqs/errors.ts';
import { CachedDirectory } from '../../../src/sqs/queues/directory.ts';
import type { SqsQueue } from '../../../src/sqs/queues/queue.ts';
import { refusal } from './setup.ts';

const QUEUE: SqsQueue = {
  name: 'q',
  topicId: 1,
  partitions: 1,
  isFifo: false,
  visibilityTimeoutMs: 30_000,
  delayMs: 0,
  messageBytesMax: 1_024,
  waitMs: 0,
  contentBasedDeduplication: false,
  dedupScope: 'queue',
};

/** A directory with a clock of its own; each question is answered by hand. */
function setup() {
  const asked: { name: string; answer: (queue: SqsQueue | Error) => void }[] = [];
  const clock = { nowMs: 0 };
  const load = (name: string) =>
    new Promise<SqsQueue>((resolve, reject) => {
      const answer = (queue: SqsQueue | Error) =>
        queue instanceof Error ? reject(queue) : resolve(queue);
      asked.push({ name, answer });
    });
  return { asked, clock, directory: new CachedDirectory(load, () => clock.nowMs) };
}

describe('the directory', () => {
  it('asks once for all who wait, and again after a second [Q-27]', async () => {
    const { asked, clock, directory } = setup();
    const finds = [directory.find('q'), directory.find('http://x/1/q'), directory.find('/1/q')];
    expect(asked.map(({ name }) => name)).toEqual(['q']);
    clock.nowMs = 400;
    asked[0]?.answer(QUEUE);
    expect(await Promise.all(finds)).toEqual([QUEUE, QUEUE, QUEUE]);
    clock.nowMs = 999;
    expect(await directory.find('q')).toBe(QUEUE);
    expect(asked).toHaveLength(1);
    clock.nowMs = 1_000;
    const later = directory.find('q');
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ ...QUEUE, delayMs: 5 });
    expect((await later).delayMs).toBe(5);
  });

  it('looks again for what was not there [Q-27]', async () => {
    const { asked, directory } = setup();
    const finds = [directory.find('q'), directory.find('q')];
    asked[0]?.answer(new SqsError('QueueDoesNotExist'));
    for (const find of finds) expect(await refusal(find)).toMatch(/^QueueDoesNotExist/);
    const again = directory.find('q');
    asked[1]?.answer(QUEUE);
    expect(await again).toBe(QUEUE);
  });

  it('does not keep an answer to a question from before it was told to forget [Q-27]', async () => {
    const { asked, directory } = setup();
    const before = directory.find('q');
    directory.forget('q');
    const after = directory.find('q');
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ ...QUEUE, delayMs: 7 });
    asked[0]?.answer(QUEUE);
    expect((await before).delayMs).toBe(0);
    expect((await after).delayMs).toBe(7);
    expect((await directory.find('q')).delayMs).toBe(7);
  });

  it('forgets nothing newer when an older question fails [Q-27]', async () => {
    const { asked, directory } = setup();
    const before = directory.find('q');
    directory.forget('q');
    const after = directory.find('q');
    asked[1]?.answer(QUEUE);
    await after;
    asked[0]?.answer(new SqsError('QueueDoesNotExist'));
    await refusal(before);
    expect(await directory.find('q')).toBe(QUEUE);
    expect(asked).toHaveLength(2);
  });

  it('asks nobody for what can be no queue [Q-2]', async () => {
    const { asked, directory } = setup();
    for (const url of [
      '',
      'http://localhost',
      'http://x/1/',
      '/1/a b',
      'x'.repeat(250),
      '..',
      '/1/ü',
    ]) {
      expect(await refusal(directory.find(url))).toMatch(/^QueueDoesNotExist/);
    }
    expect(asked).toHaveLength(0);
  });

  it('keeps a bounded number of names', async () => {
    const { asked, directory } = setup();
    for (let at = 0; at <= 10_000; at += 1) void directory.find(`q-${at}`);
    for (const { name, answer } of asked) answer({ ...QUEUE, name });
    await directory.find('q-10000');
    void directory.find('q-1');
    expect(asked).toHaveLength(10_001);
    void directory.find('q-0');
    expect(asked).toHaveLength(10_002);
  });
});
