// A small history in which all is well, to be spoiled by tests of the checkers.

import { MAX_DELIVERIES, VISIBILITY_MS } from './clients/names.mjs';
import type { Truth } from './truth.ts';

export interface Line {
  t: number;
  op?: number;
  call?: string;
  error?: string;
  [field: string]: unknown;
}

/** Diaries and the truth, to be changed at will. */
export interface Case {
  readonly diaries: { [name: string]: Line[] };
  truth: { -readonly [F in keyof Truth]: Truth[F][number][] };
}

const IDS = ['a', 'b', 'c', 'd'];
const KEYS = ['k', 'k', null, null];
const FEED_IDS = ['f', 'g'];
/** By the broker's clock. */
const T0 = 1_000_000;

/** Writes the calls of one diary, each a thousand microseconds after the one before. */
export class Diary {
  readonly lines: Line[] = [];
  private t: number;
  private op = 0;

  constructor(t: number) {
    this.t = t;
  }

  call(call: string, fields: object, ok: object): void {
    this.op += 1;
    this.lines.push({ t: this.next(), op: this.op, call, ...fields });
    this.lines.push({ t: this.next(), op: this.op, ok });
  }

  note(note: string, fields: object): void {
    this.lines.push({ t: this.next(), note, ...fields });
  }

  /** Gives one message. */
  receive(group: string, o: number, token: number, n: number, atMs: number): void {
    const until = T0 + atMs + VISIBILITY_MS;
    this.call('receive', { group }, { messages: [{ p: 0, o, id: IDS[o], token, n, until }] });
  }

  say(kind: string, group: string, o: number, token: number): void {
    this.call(kind, { group, p: 0, o, token }, {});
  }

  private next(): number {
    this.t += 1_000;
    return this.t;
  }
}

/** `a` and `b` have a key and are accepted; `c` is rejected; `d` fails until it is exhausted. */
function workOf(group: string): Diary {
  const diary = new Diary(100_000);
  for (const [o, token] of [
    [0, 1],
    [1, 2],
  ] as const) {
    diary.receive(group, o, token, 1, 10 * o);
    diary.say('accept', group, o, token);
  }
  diary.receive(group, 2, 3, 1, 20);
  diary.say('reject', group, 2, 3);
  for (let n = 1; n <= MAX_DELIVERIES; n += 1) {
    diary.receive(group, 3, 3 + n, n, 30 + n);
    diary.say('release', group, 3, 3 + n);
  }
  return diary;
}

function countersOf(group: string): Truth['counters'][number] {
  const nothing = { fresh: 0, ready: 0, scheduled: 0, leased: 0, parked: 0, blocked: 0 };
  const gone = { acknowledged: 2, dead: 2, removed: 0, purged: 0, skipped: 0 };
  const place = { group, topicId: 1, partition: 0, cursor: 4, endOffset: 4 };
  return { ...place, ...nothing, ...gone, oldestUnresolvedMs: null } as Truth['counters'][number];
}

export function well(): Case {
  const producer = new Diary(0);
  const partitions = (ids: readonly string[]) => ids.map(() => 0);
  const offsets = (ids: readonly string[]) => ids.map((_, o) => o);
  for (const [i, id] of IDS.entries()) {
    const fields = { topic: 'jobs', ids: [id], keys: [KEYS[i]] };
    producer.call('send', fields, { partitions: [0], offsets: [i] });
  }
  const feed = { topic: 'in', ids: FEED_IDS, keys: [null, null] };
  producer.call('send', feed, { partitions: partitions(FEED_IDS), offsets: offsets(FEED_IDS) });
  const reader = new Diary(100_000);
  reader.note('assigned', { partitions: [0] });
  reader.note('read', { partition: 0, offsets: [0], ids: ['f'] });
  reader.call('commit', { partition: 0, offset: 1 }, {});
  reader.note('revoked', { partitions: [0] });
  reader.note('assigned', { partitions: [0] });
  reader.note('read', { partition: 0, offsets: [1], ids: ['g'] });
  reader.call('commit', { partition: 0, offset: 2 }, {});
  const groups = ['plain', 'ordered'];
  const none = { key: null };
  const records: Truth['records'][number][] = [
    ...IDS.map((id, o) => ({ topic: 'jobs', p: 0, o, key: KEYS[o] ?? null, value: { id } })),
    ...FEED_IDS.map((id, o) => ({ topic: 'in', p: 0, o, ...none, value: { id, amount: o + 2 } })),
    ...[2, 3].map((amount, o) => {
      return { topic: 'out', p: 0, o, ...none, value: { from: `0/${o}`, amount } };
    }),
    { topic: 'thirds', p: 0, o: 0, ...none, value: { from: '0/1', amount: 3 } },
    ...groups.flatMap((group) => [
      letter(group, 2, 'rejected', 1),
      letter(group, 3, 'exhausted', MAX_DELIVERIES),
    ]),
  ];
  const dead = groups.flatMap((group) => [2, 3].map((o) => ({ group, p: 0, o })));
  return {
    diaries: {
      producer: producer.lines,
      plain: workOf('plain').lines,
      ordered: workOf('ordered').lines,
      reader: reader.lines,
    },
    truth: {
      records,
      counters: groups.map(countersOf),
      dead,
      lettersLeft: [],
      committed: [{ partition: 0, offset: 2 }],
    },
  };
}

export function letter(group: string, o: number, reason: string, deliveries: number) {
  const value = { id: IDS[o] ?? '' };
  const topic = `${group}.dlq`;
  return { topic, p: 0, o: o - 2, key: null, value, letter: { p: 0, o, reason, deliveries } };
}
