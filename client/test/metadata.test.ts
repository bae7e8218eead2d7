// What a client remembers of topics.
import { NO_ERROR } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { Metadata } from '../src/metadata.ts';
import type { Link } from '../src/net/link.ts';

/** A broker that has every topic; the id is the number in its name. */
function everyTopic(): { link: Pick<Link, 'request'>; asked: string[] } {
  const asked: string[] = [];
  const answer = (name: string) => {
    asked.push(name);
    const topicId = Number(name.slice(1));
    return { name, topicId, errorCode: NO_ERROR, errorMessage: null, leaders: [0] };
  };
  const request = (_api: string, { topics }: { topics: readonly string[] }) => {
    return Promise.resolve({ topics: topics.map(answer) });
  };
  return { link: { request } as unknown as Pick<Link, 'request'>, asked };
}

describe('Metadata', () => {
  it('forgets the topic it heard of longest ago where there are too many, and asks again', async () => {
    const { link, asked } = everyTopic();
    const metadata = new Metadata(link, 60_000, 2);
    for (const name of ['t1', 't2', 't1', 't3']) await metadata.refresh(name);
    expect(['t1', 't2', 't3'].map((name) => metadata.cached(name)?.topicId)).toEqual([
      1,
      undefined,
      3,
    ]);
    expect([1, 2, 3].map((id) => metadata.nameOf(id))).toEqual(['t1', undefined, 't3']);
    expect((await metadata.get('t2')).partitions).toBe(1);
    expect(asked).toEqual(['t1', 't2', 't1', 't3', 't2']);
  });
});
