// The checker of redrives finds what is wrong: one fault after the other is put into a redrive that went well.

import { describe, expect, test } from 'vitest';
import { checkRedrive } from './check/redrive.ts';
import { SHARE_GROUPS } from './clients/names.mjs';
import { historyOf } from './history.ts';
import type { Truth } from './truth.ts';
import { Diary, letter, well } from './well.ts';

interface Redriven {
  before: Truth;
  readonly diary: Diary;
  after: { -readonly [F in keyof Truth]: Truth[F] };
}

/** `c` and `d` of every group came back and were accepted. */
function redriven(): Redriven {
  const diary = new Diary(0);
  for (const { name } of SHARE_GROUPS) {
    for (const [o, token] of [
      [2, 20],
      [3, 21],
    ] as const) {
      diary.receive(name, o, token, 1, 0);
      diary.say('accept', name, o, token);
    }
  }
  const before = well().truth;
  const after = { ...well().truth };
  after.counters = before.counters.map((one) => ({ ...one, acknowledged: 4, dead: 0 }));
  return { before, diary, after };
}

function judge({ before, diary, after }: Redriven): string[] {
  const history = historyOf({ diary: diary.lines });
  return SHARE_GROUPS.flatMap((group) => checkRedrive(group, before, history, after));
}

const FAULTS: readonly (readonly [name: string, put: (one: Redriven) => void, says: RegExp])[] = [
  ['a letter that was lost', ({ diary }) => diary.lines.splice(0, 4), /plain 2 came back 0 times/],
  [
    'a letter that came back twice',
    ({ diary }) => diary.receive('plain', 2, 30, 1, 5_000),
    /plain 2 came back 2 times/,
  ],
  [
    'a count that did not begin anew',
    ({ diary }) => {
      const { ok } = diary.lines[1] as unknown as { ok: { messages: { n: number }[] } };
      for (const message of ok.messages) message.n = 5;
    },
    /plain 2 came back with its old count/,
  ],
  [
    'what was not dead coming back',
    ({ diary }) => diary.receive('plain', 0, 30, 1, 5_000),
    /plain 0 came back, and was not dead/,
  ],
  [
    'a letter that is new',
    ({ after }) => {
      after.records = [...after.records, letter('plain', 2, 'rejected', 1)];
    },
    /plain had 2 letters, and has 3/,
  ],
  [
    'a letter that stays where it was',
    ({ after }) => {
      after.lettersLeft = [{ group: 'plain', letters: 1 }];
    },
    /plain has 1 letters that went back and stay/,
  ],
  [
    'counters that do not follow',
    ({ after }) => {
      after.counters = after.counters.map((one) => ({ ...one, acknowledged: 3, dead: 1 }));
    },
    /plain has 4 messages, of which 3 are acknowledged/,
  ],
];

describe('the checker of redrives', () => {
  test('has nothing to say where all is well', () => {
    expect(judge(redriven())).toEqual([]);
  });

  test.for(FAULTS)('finds %s', ([, put, says]) => {
    const one = redriven();
    put(one);
    expect(judge(one).some((text) => says.test(text))).toBe(true);
  });
});
