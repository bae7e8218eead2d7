// The pages of the message browser: what is asked for together is found together, and nothing that is asked for is passed over.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NOTHING_ASKED } from '../src/views/messages/browse-query.ts';
import { loadPage } from '../src/views/messages/load-page.ts';

const partition = (number: number) => ({ partition: number, startOffset: 0, endOffset: 9 });
const match = (offset: number) => ({ id: `id-${offset}`, partition: 0, offset, key: 'k' });
const STATES = new Map([
  ['id-7', 'dead'],
  ['id-4', 'leased'],
]);

/** A gateway with a topic of so many partitions, in which two messages are found; notes what it was asked. */
function gateway(partitions: number): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address);
    const [path = ''] = address.split('?');
    const id = path.split('/').at(-1) ?? '';
    const state = STATES.get(id);
    if (path.endsWith('/search')) {
      return Response.json({ matches: [match(7), match(4), match(2)], looked: 9, next: 'n:2' });
    }
    if (path.endsWith('/records')) return Response.json({ records: [] });
    if (path === '/queues/work/messages') return Response.json({ messages: [], next: null });
    if (state !== undefined) return Response.json({ id, state });
    if (path.startsWith('/queues/')) {
      return Response.json({ code: 'OFFSET_OUT_OF_RANGE' }, { status: 404 });
    }
    return Response.json({
      partitions: Array.from({ length: partitions }, (_, number) => partition(number)),
    });
  });
  return asked;
}

const page = (asked: Partial<typeof NOTHING_ASKED>) =>
  loadPage({ ...NOTHING_ASKED, topic: 'work', ...asked }, new AbortController().signal);

describe('a page of messages', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('as a queue sees them has only those that are looked for, each with its state', async () => {
    gateway(1);
    const { rows, looked, next } = await page({ queue: 'work', key: 'k' });
    expect(rows.map(({ id, queued }) => [id, queued?.state])).toEqual([
      ['id-7', 'dead'],
      ['id-4', 'leased'],
      ['id-2', undefined],
    ]);
    expect([looked, next?.token]).toEqual([9, 'n:2']);
  });

  it('of those that are looked for has only those in the state that is asked for', async () => {
    gateway(4);
    const { rows } = await page({ queue: 'work', state: 'dead', header: 'source: shop' });
    expect(rows.map(({ id }) => id)).toEqual(['id-7']);
  });

  it('of a queue from a time on begins at that time', async () => {
    const asked = gateway(1);
    await page({ queue: 'work', atMs: 1_700_000_000_000, first: 'oldest' });
    expect(asked).toContain(
      '/topics/work/search?partition=0&timestampMs=1700000000000&order=oldest&limit=50',
    );
  });

  it('of a queue alone is listed by the queue', async () => {
    const asked = gateway(1);
    await page({ queue: 'work', state: 'dead' });
    expect(asked).toEqual(['/queues/work/messages?topic=work&state=dead&limit=50']);
  });

  it('of a search begins at the offset also where there is one partition only', async () => {
    const asked = gateway(1);
    await page({ key: 'k', from: 2 });
    expect(asked).toContain('/topics/work/search?partition=0&from=2&order=newest&key=k&limit=50');
  });

  it('of a partition that is not there is not one of another', async () => {
    const asked = gateway(1);
    expect((await page({ partition: 9 })).rows).toEqual([]);
    expect(asked).toEqual(['/topics/work']);
  });
});
