// Small parts by themselves: codecs, cut texts, joined acknowledgements, lists, bells, metadata.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../src/codecs.ts';
import { Deadlines } from '../src/deadlines.ts';
import { Fifo } from '../src/fifo.ts';
import { codecs, partitionForKey } from '../src/index.ts';
import type { Metadata } from '../src/metadata.ts';
import type { Ack } from '../src/queue/ack.ts';
import { joinAcks, perRequest, resultOf } from '../src/queue/ack-items.ts';
import { cutText, errorText } from '../src/queue/error-text.ts';
import { Bell, orAborted, pause, settledWithin } from '../src/wait.ts';
import { Demand } from '../src/worker/demand.ts';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { FakeLog } from './support/fake-log.ts';

describe('the public surface', () => {
  it('tells the partition of a key', () => {
    expect(partitionForKey(Buffer.from('alice'), 1)).toBe(0);
  });
});

describe('codecs', () => {
  it('give back what they were given', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        (value, text, bytes) => {
          const json = codecs.json();
          expect(decodeValue(json, encodeValue(json, value))).toEqual(
            JSON.parse(JSON.stringify(value)),
          );
          expect(decodeValue(codecs.text, encodeValue(codecs.text, text))).toBe(text);
          expect(decodeValue(codecs.bytes, encodeValue(codecs.bytes, bytes))).toEqual(bytes);
        },
      ),
    );
  });

  it('never meet null, and say what failed', () => {
    const never = { encode: () => Buffer.alloc(1), decode: () => 'x' };
    expect(encodeValue(never, null)).toBe(null);
    expect(decodeValue(never, null)).toBe(null);
    expect(() => encodeValue(codecs.json(), undefined)).not.toThrow();
    expect(() => encodeValue(codecs.json(), Symbol('s'))).toThrow(
      'cannot be encoded: symbol has no JSON',
    );
    expect(() => encodeValue(codecs.bytes, 'text' as never)).toThrow('bytes are expected');
    expect(() => decodeValue(codecs.json(), Buffer.from('{'))).toThrow('cannot be decoded');
  });
});

describe('error texts', () => {
  it('fit, are whole characters, and are the longest that fit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, max) => {
        const cut = cutText(text, max);
        const bytes = Buffer.byteLength(cut);
        expect(bytes).toBeLessThanOrEqual(max);
        const whole = Buffer.from(text).toString();
        expect(whole.startsWith(cut)).toBe(true);
        expect(cut === whole || bytes > max - 4).toBe(true);
      }),
    );
  });

  it('tell what was thrown', () => {
    expect(errorText(new RangeError('far'))).toBe('RangeError: far');
    expect(errorText('plain')).toBe('plain');
    expect(errorText({ a: 1 })).toBe('{"a":1}');
    expect(errorText(undefined)).toBe('undefined');
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(errorText(loop)).toBe('[object Object]');
    expect(errorText('\ud800')).toBe('\ufffd');
  });
});

describe('joined acknowledgements', () => {
  const settle = () => {};
  const kinds = ['accept', 'release', 'reject', 'return'] as const;
  const statement = fc.record({
    offset: fc.nat(30),
    partition: fc.nat(1),
    token: fc.nat(1),
    kind: fc.constantFrom(...kinds),
    errorText: fc.constantFrom(undefined, 'a', 'b'),
  });

  it('say of every offset what was said, in as few items as neighbours allow', () => {
    fc.assert(
      fc.property(fc.uniqueArray(statement, { selector: ({ offset }) => offset }), (statements) => {
        const acks = statements.map(({ offset, partition, token, ...rest }): Ack => {
          const lease = { topicId: 1, partition, token };
          return { lease, firstOffset: offset, lastOffset: offset, settle, ...rest };
        });
        const items = joinAcks(acks);
        const said = items.flatMap(({ first, acks: joined, lastOffset }) => {
          expect(first.firstOffset).toBe(joined[0]?.firstOffset);
          expect(lastOffset - first.firstOffset + 1).toBe(joined.length);
          return joined.map((ack, at) => {
            expect(ack.firstOffset).toBe(first.firstOffset + at);
            expect([ack.kind, ack.errorText]).toEqual([first.kind, first.errorText]);
            expect(ack.lease).toEqual(first.lease);
            return ack;
          });
        });
        expect(new Set(said)).toEqual(new Set(acks));
      }),
    );
  });

  it('go in as many requests as the bounds on items and on offsets ask for', () => {
    const itemsOf = (count: number, length: number) =>
      joinAcks(
        Array.from({ length: count }, (_, token): Ack => {
          const range = { firstOffset: 10_000 * token, lastOffset: 10_000 * token + length - 1 };
          return { lease: { topicId: 1, partition: 0, token }, ...range, kind: 'accept', settle };
        }),
      );
    const sizes = (items: ReturnType<typeof itemsOf>) => perRequest(items).map((one) => one.length);
    expect(sizes([])).toEqual([]);
    expect(sizes(itemsOf(250, 1_000))).toEqual([100, 100, 50]);
    expect(sizes(itemsOf(10_001, 1))).toEqual([10_000, 1]);
    expect(sizes(itemsOf(3, 60_000))).toEqual([1, 1, 1]);
  });

  it('get each the outcome of its own offsets', () => {
    const lease = { topicId: 1, partition: 0, token: 1 };
    const ack: Ack = { lease, firstOffset: 5, lastOffset: 9, kind: 'accept', settle };
    const outcomes = [
      { firstOffset: 3, lastOffset: 5, errorCode: 0 },
      { firstOffset: 6, lastOffset: 7, errorCode: 50 },
      { firstOffset: 9, lastOffset: 12, errorCode: 51 },
    ];
    const { failures } = resultOf(ack, { outcomes, deadlineMs: null });
    expect(
      failures.map(({ firstOffset, lastOffset, error }) => [firstOffset, lastOffset, error.code]),
    ).toEqual([
      [6, 7, 'STALE_LEASE'],
      [8, 8, 'INTERNAL'],
      [9, 9, 'ALREADY_RESOLVED'],
    ]);
    const none = resultOf(ack, { outcomes: [], deadlineMs: null });
    expect(none.failures.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
      [5, 9],
    ]);
  });
});

describe('a list', () => {
  type Steps = { readonly [name: string]: (list: Fifo<number>, n: number) => unknown };
  const real: Steps = {
    push: (list, n) => list.push(n),
    unshift: (list, n) => list.unshift(n),
    shift: (list) => list.shift(),
    drain: (list) => list.drain(),
    filter: (list) => list.filter((each) => each % 2 === 0),
  };
  const model: { readonly [name: string]: (list: number[], n: number) => unknown } = {
    push: (list, n) => void list.push(n),
    unshift: (list, n) => void list.unshift(n),
    shift: (list) => list.shift(),
    drain: (list) => list.splice(0),
    filter: (list) => {
      const all = list.splice(0);
      list.push(...all.filter((each) => each % 2 === 0));
      return all.filter((each) => each % 2 !== 0);
    },
  };

  it('behaves like an array', () => {
    const step = fc.tuple(fc.constantFrom(...Object.keys(real), 'push', 'push'), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const fifo = new Fifo<number>();
        const array: number[] = [];
        for (const [name, n] of steps) {
          expect(real[name]?.(fifo, n)).toEqual(model[name]?.(array, n));
          expect([...fifo]).toEqual(array);
          expect([fifo.length, fifo.peek()]).toEqual([array.length, array[0]]);
        }
      }),
    );
  });

  it('gives up what was taken from it', () => {
    const fifo = new Fifo<number>();
    for (let n = 0; n < 10_000; n += 1) fifo.push(n);
    for (let n = 0; n < 9_000; n += 1) expect(fifo.shift()).toBe(n);
    expect((fifo as unknown as { items: number[] }).items.length).toBeLessThan(3_000);
  });
});

describe('waiting', () => {
  it('a bell wakes all who wait, and those whose time is over', async () => {
    const bell = new Bell();
    const woken: string[] = [];
    const note = async (name: string, waiting: Promise<void>) => {
      await waiting;
      woken.push(name);
    };
    const controller = new AbortController();
    const all = [
      note('ring', bell.wait()),
      note('time', bell.waitAtMost(5)),
      note('signal', bell.waitAtMost(60_000, controller.signal)),
    ];
    await pause(20);
    controller.abort();
    await pause(1);
    bell.ring();
    await Promise.all(all);
    expect(woken).toEqual(['time', 'signal', 'ring']);
  });

  it('leaves no listener at a signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    // One listener, whoever waits: Node would warn of a leak.
    const waiting = Array.from({ length: 20 }, () => pause(1, signal));
    expect(listeners).toBe(1);
    await Promise.all(waiting);
    await orAborted(Promise.resolve(1), signal);
    await new Bell().waitAtMost(1, signal);
    await pause(1);
    expect(listeners).toBe(0);
  });

  it('knows what settles in time', async () => {
    expect(await settledWithin(Promise.reject(new Error('x')), 1_000)).toBe(true);
    expect(await settledWithin(new Promise(() => {}), 5)).toBe(false);
  });

  it('one timer serves many deadlines', async () => {
    const due = [30, 10, 20];
    const fired: number[] = [];
    const from = performance.now();
    const deadlines = new Deadlines(() => {
      const now = performance.now();
      const ripe = due.filter((ms) => from + ms <= now).toSorted((a, b) => a - b);
      fired.push(...ripe);
      for (const ms of ripe) due.splice(due.indexOf(ms), 1);
      return due.length === 0 ? Number.POSITIVE_INFINITY : from + Math.min(...due);
    });
    for (const ms of due) deadlines.watch(from + ms);
    await eventually(() => fired.length === 3);
    expect(fired).toEqual([10, 20, 30]);
    deadlines.close();
    deadlines.watch(0);
  });
});

describe('demand', () => {
  it('follows the pace of the handlers, within bounds', () => {
    const demand = new Demand({ runningMax: 10, prefetch: undefined });
    const from = performance.now();
    expect(demand.heldMax(from)).toBe(20);
    demand.ended(1_000);
    expect(demand.heldMax(from + 100)).toBeCloseTo(1_010, -2);
    demand.ended(1_000_000);
    expect(demand.heldMax(from + 200)).toBe(10_010);
    expect(demand.heldMax(from + 300)).toBe(20);
    expect(new Demand({ runningMax: 10, prefetch: 3 }).heldMax(from + 999)).toBe(13);
  });
});

describe('metadata', () => {
  it('asks once for what many want, and again when it is old', async () => {
    const log = new FakeLog({ a: 1, b: 2 });
    const broker = await fakeBroker(log.handlers);
    const client = await clientOf(broker, { metadataMaxAgeMs: 30 });
    const metadata = (client as unknown as { metadata: Metadata }).metadata;
    const wanted = ['a', 'b', 'a', 'b', 'a'];
    const infos = await Promise.all(wanted.map((name) => metadata.get(name)));
    expect(infos.map(({ partitions }) => partitions)).toEqual([1, 2, 1, 2, 1]);
    expect(broker.count('Metadata')).toBe(1);
    expect(metadata.nameOf(2)).toBe('b');
    log.topics.get('a')?.partitions.push({ startOffset: 0, endOffset: 0, batches: [] });
    await pause(40);
    // Still the old answer, and the new one comes by itself.
    expect(metadata.cached('a')?.partitions).toBe(1);
    await eventually(() => metadata.cached('a')?.partitions === 2);
    log.topics.delete('b');
    expect((await rejection(metadata.refresh('b'))).code).toBe('UNKNOWN_TOPIC');
    expect(metadata.cached('b')).toBe(undefined);
  });
});
