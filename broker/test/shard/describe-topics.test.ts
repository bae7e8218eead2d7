// Topics with many annotations: each of them can be described, and what would pass a frame is refused before it is made.
import { LIMITS, MillraceError } from '@millrace/protocol';
import { MemoryStore } from '@millrace/storage';
import { expect, it } from 'vitest';
import { openTestShard } from './open-test-shard.ts';

/** As full as they may be, of characters that take three bytes each. */
function fullAnnotations(): { [name: string]: string } {
  const name = (i: number) => `${i}`.padStart(3, '0').padEnd(100, '\u20ac');
  const { annotationsMax, annotationsCharactersMax } = LIMITS;
  const text = '\u20ac'.repeat(annotationsCharactersMax / annotationsMax - 100);
  return Object.fromEntries(Array.from({ length: annotationsMax }, (_, i) => [name(i), text]));
}

it('describes topics whose annotations are as large as they may be, as many as fit [G-39]', async () => {
  const shard = openTestShard(new MemoryStore());
  const annotations = fullAnnotations();
  const names = Array.from({ length: 300 }, (_, i) => `t${i}`);
  for (const name of names) {
    await shard.call('CreateTopic', { name, partitions: 1, config: null, annotations });
  }
  const { topics } = await shard.call('DescribeTopics', { topics: ['t7'] });
  expect(topics[0]?.annotations).toEqual(annotations);
  const error = await shard.call('DescribeTopics', { topics: null }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MillraceError);
  expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', detail: { field: 'topics' } });
  await shard.close();
});
