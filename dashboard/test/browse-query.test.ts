// The place of the message browser in its address, and the pages of a log in both directions.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  browseOf,
  isSearch,
  nameAndValueOf,
  queryOf,
  windowOf,
} from '../src/views/messages/browse-query.ts';
import { messageIdOf, positionOf } from '../src/views/messages/message-id.ts';

function addressOf(query: ReturnType<typeof queryOf>): URLSearchParams {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== '') address.set(name, String(value));
  }
  return address;
}

const offset = fc.nat({ max: 2 ** 31 - 1 });
const browse = fc.record({
  topic: fc.string(),
  partition: fc.option(fc.nat({ max: 1_023 })),
  queue: fc.option(fc.string({ minLength: 1 })),
  state: fc.constant(null),
  first: fc.constantFrom('newest' as const, 'oldest' as const),
  from: fc.option(offset),
  token: fc.option(fc.string({ minLength: 1 })),
  atMs: fc.option(offset),
  key: fc.string(),
  header: fc.string(),
  text: fc.string(),
  field: fc.string(),
  open: fc.option(fc.string({ minLength: 1 })),
});

describe('the address of the browser', () => {
  it('says everything, and comes back as it was', () => {
    fc.assert(
      fc.property(browse, (one) => {
        const address = new URLSearchParams(addressOf(queryOf(one)).toString());
        expect(browseOf(address)).toEqual(one);
      }),
    );
  });

  it('passes over what makes no sense', () => {
    const odd = browseOf(new URLSearchParams('topic=a&partition=x&from=-1&first=up&state=dead'));
    expect(odd).toMatchObject({ partition: null, from: null, first: 'newest', state: null });
    expect(browseOf(new URLSearchParams('from=99999999999999999')).from).toBeNull();
    expect(browseOf(new URLSearchParams('at=9000000000000000')).atMs).toBeNull();
    expect(isSearch(odd)).toBe(false);
    expect(isSearch({ ...odd, header: 'x' })).toBe(true);
  });

  it('takes a header with and without a value', () => {
    expect(nameAndValueOf('trace')).toEqual({ name: 'trace', value: undefined });
    expect(nameAndValueOf('at: 12:30')).toEqual({ name: 'at', value: '12:30' });
  });
});

describe('pages of a log', () => {
  const bounds = { startOffset: 10, endOffset: 35 };

  it('begin at the newest or at the oldest', () => {
    expect(windowOf(bounds, { first: 'newest', from: null }, 10)).toEqual({
      offset: 25,
      count: 10,
      previous: null,
      next: 24,
    });
    expect(windowOf(bounds, { first: 'oldest', from: null }, 10)).toEqual({
      offset: 10,
      count: 10,
      previous: null,
      next: 20,
    });
    expect(windowOf({ startOffset: 5, endOffset: 5 }, { first: 'newest', from: 3 }, 10)).toBeNull();
  });

  it('show every offset once, whichever way they are turned', () => {
    const length = fc.integer({ min: 1, max: 200 });
    const direction = fc.constantFrom('newest' as const, 'oldest' as const);
    fc.assert(
      fc.property(fc.nat({ max: 50 }), length, length, direction, (start, held, page, first) => {
        const own = { startOffset: start, endOffset: start + held };
        const seen: number[] = [];
        for (let from: number | null = null; ; ) {
          const window = windowOf(own, { first, from }, page);
          if (window === null) throw new Error('the log holds something');
          const all = Array.from({ length: window.count }, (_, at) => window.offset + at);
          seen.push(...(first === 'oldest' ? all : all.toReversed()));
          if (window.next === null) break;
          from = window.next;
        }
        const offsets = Array.from({ length: held }, (_, at) => start + at);
        expect(seen).toEqual(first === 'oldest' ? offsets : offsets.toReversed());
      }),
    );
  });

  it('go back to the page that they came from', () => {
    const second = windowOf(bounds, { first: 'newest', from: 24 }, 10);
    expect(second).toEqual({ offset: 15, count: 10, previous: 34, next: 14 });
    expect(windowOf(bounds, { first: 'newest', from: 34 }, 10)?.previous).toBeNull();
    expect(windowOf(bounds, { first: 'oldest', from: 12 }, 10)?.previous).toBe(10);
  });
});

describe('message ids', () => {
  it('are read and written as the protocol does', () => {
    const id = '00000003-0002-8000-8001-00000000002a';
    expect(positionOf(id)).toEqual({ topicId: 3, partition: 2, offset: 2 ** 48 + 42 });
    expect(messageIdOf({ topicId: 3, partition: 2, offset: 2 ** 48 + 42 })).toBe(id);
    expect(positionOf('no id')).toBeUndefined();
  });
});
