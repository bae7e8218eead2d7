// The checkers of histories find what is wrong: one fault after the other is put into a history in which all is well.

import { describe, expect, test } from 'vitest';
import { checkHistory } from './check/check.ts';
import { MAX_DELIVERIES } from './clients/names.mjs';
import { historyOf } from './history.ts';
import type { Truth } from './truth.ts';
import { type Case, Diary, type Line, letter, well } from './well.ts';

function judge({ diaries, truth }: Case): string[] {
  return checkHistory(historyOf(diaries), truth);
}

const isRecord = (topic: string, id: string) => (one: Truth['records'][number]) =>
  one.topic === topic && one.value.id === id;

/** The nth line of a call that matches the fields, and the line of its end. */
function found(one: Case, diary: string, call: string, n = 0): { begun: Line; ended: Line } {
  const lines = one.diaries[diary] ?? [];
  const begun = lines.filter((line) => line.call === call)[n] as Line;
  const ended = lines.find((line) => line.op === begun.op && line.call === undefined) as Line;
  return { begun, ended };
}

function given(one: Case, group: string, n: number): { [field: string]: unknown } {
  const { ok } = found(one, group, 'receive', n).ended as unknown as {
    ok: { messages: { [field: string]: unknown }[] };
  };
  return ok.messages[0] as { [field: string]: unknown };
}

const drop = (one: Case, wanted: (record: Truth['records'][number]) => boolean) => {
  one.truth.records = one.truth.records.filter((record) => !wanted(record));
};

/** Each fault, what it does to a history in which all is well, and what the checkers have to say of it. */
const FAULTS: readonly (readonly [name: string, put: (one: Case) => void, says: RegExp])[] = [
  ['a lost record', (one) => drop(one, isRecord('jobs', 'd')), /was acknowledged as d and is lost/],
  [
    'a record in the middle that is lost',
    (one) => drop(one, isRecord('in', 'f')),
    /in 0\/1 was read where 0 should be/,
  ],
  [
    'an invented record',
    ({ truth }) => truth.records.push({ topic: 'jobs', p: 0, o: 4, key: null, value: { id: 'x' } }),
    /holds x, which nobody sent/,
  ],
  [
    'a record twice',
    ({ truth }) => truth.records.push({ topic: 'jobs', p: 0, o: 4, key: null, value: { id: 'a' } }),
    /holds a, as 0\/0 does/,
  ],
  [
    'a record that was refused',
    (one) => {
      const { ended } = found(one, 'producer', 'send', 3);
      delete ended['ok'];
      ended.error = 'CONNECTION_LOST';
    },
    /holds d, which was refused/,
  ],
  [
    'sends out of order',
    (one) => {
      const { begun, ended } = found(one, 'producer', 'send', 0);
      begun.t = 50_000;
      ended.t = 51_000;
    },
    /jobs 0\/0 \(a\) lies before/,
  ],
  ['a delivery of another message', (one) => (given(one, 'plain', 0)['id'] = 'b'), /is a$/],
  [
    'a delivery of what is not there',
    (one) => (given(one, 'plain', 0)['o'] = 9),
    /9 was delivered as a, but is not in the log/,
  ],
  ['two live leases', (one) => forget(one, 'plain'), /plain 0\/3 was leased at .* while a lease/],
  [
    'a token that does not grow',
    (one) => (given(one, 'plain', 4)['token'] = 4),
    /was given twice under token 4/,
  ],
  [
    'a delivery count that went back',
    (one) => (given(one, 'plain', 4)['n'] = 1),
    /count 1 after 1/,
  ],
  [
    'a delivery beyond the limit',
    (one) => (given(one, 'plain', 6)['n'] = MAX_DELIVERIES + 1),
    /with count 5 of 4/,
  ],
  [
    'a delivery after its accept',
    (one) => {
      const again = new Diary(900_000);
      again.receive('plain', 0, 20, 2, 5_000);
      one.diaries['again'] = again.lines;
    },
    /plain 0\/0 was delivered \(token 20\) after its accept/,
  ],
  [
    'two accepts',
    (one) => {
      const again = new Diary(900_000);
      again.say('accept', 'plain', 0, 1);
      one.diaries['again'] = again.lines;
    },
    /was resolved 2 times/,
  ],
  [
    'a message of a key before an earlier one was over',
    (one) => {
      const { begun, ended } = found(one, 'ordered', 'accept', 0);
      begun.t = 900_000;
      ended.t = 901_000;
    },
    /ordered 0\/1 was leased before 0 of its key was over/,
  ],
  [
    'a message without its letter',
    (one) => drop(one, ({ topic, letter: of }) => topic === 'plain.dlq' && of?.o === 2),
    /c was accepted by nobody, and is gone/,
  ],
  [
    'two letters of one message',
    ({ truth }) => truth.records.push(letter('plain', 2, 'rejected', 1)),
    /plain 0\/2 has 2 letters/,
  ],
  [
    'a letter of an accepted message',
    ({ truth }) => truth.records.push(letter('plain', 0, 'exhausted', MAX_DELIVERIES)),
    /a was accepted, and is dead/,
  ],
  [
    'a death before the limit',
    ({ truth }) => {
      const wanted = ({ topic, letter: of }: Truth['records'][number]) =>
        topic === 'plain.dlq' && of?.o === 3;
      truth.records = truth.records.filter((one) => !wanted(one));
      truth.records.push(letter('plain', 3, 'exhausted', 3));
    },
    /died of 3 deliveries of 4/,
  ],
  [
    'a message that failed to the limit and lives',
    (one) => {
      drop(one, ({ topic, letter: of }) => topic === 'plain.dlq' && of?.o === 3);
      one.truth.dead = one.truth.dead.filter(({ group, o }) => group !== 'plain' || o !== 3);
    },
    /failed 4 times, and is not exhausted/,
  ],
  [
    'a counter that is wrong',
    ({ truth }) => {
      truth.counters = truth.counters.map((one) => ({ ...one, acknowledged: 3 }));
    },
    /acknowledged is 3, not 2/,
  ],
  [
    'a reader that skips',
    (one) => {
      const [, read] = (one.diaries['reader'] ?? []).filter(({ note }) => note === 'read');
      Object.assign(read as Line, { offsets: [2] });
    },
    /went on at 0\/2, which nobody committed|read g at 0\/2/,
  ],
  [
    'a reader that goes back',
    (one) => {
      const [, read] = (one.diaries['reader'] ?? []).filter(({ note }) => note === 'read');
      Object.assign(read as Line, { offsets: [0, 1], ids: ['f', 'g'] });
    },
    /went on at 0\/0, though 1 was committed/,
  ],
  [
    'offsets that went back',
    ({ truth }) => (truth.committed = [{ partition: 0, offset: 1 }]),
    /1 is committed, though 2 was/,
  ],
  [
    'an output twice',
    ({ truth }) => {
      const value = { from: '0/0', amount: 2 };
      truth.records.push({ topic: 'out', p: 0, o: 2, key: null, value });
    },
    /0\/0 has 2 outputs/,
  ],
  [
    'an error that nothing explains',
    (one) => {
      const { ended } = found(one, 'plain', 'accept');
      delete ended['ok'];
      ended.error = 'INTERNAL';
    },
    /failed with INTERNAL/,
  ],
];

/** The second delivery of `d` comes at once, although nobody gave up the first one. */
function forget(one: Case, group: string): void {
  const { begun, ended } = found(one, group, 'release', 0);
  delete ended['ok'];
  ended.error = 'STALE_LEASE';
  begun['token'] = 4;
}

describe('the checkers of histories', () => {
  test('have nothing to say where all is well', () => {
    expect(judge(well())).toEqual([]);
  });

  test.for(FAULTS)('find %s', ([, put, says]) => {
    const one = well();
    put(one);
    expect(judge(one).some((text) => says.test(text))).toBe(true);
  });
});
