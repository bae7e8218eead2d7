// `groups reset`, `groups offsets`, `groups delete` and `groups describe`, with a client that answers by heart.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '@millrace/client';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { documentOf, runWith } from './support/run-with.ts';

const words = (line: string): string[] => line.split(' ');
const directory = mkdtempSync(join(tmpdir(), 'millrace-groups-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Topic `t` of two partitions from 10 to 30, of which the group committed 15 in one; what is done is kept. */
function broker() {
  const done: unknown[] = [];
  const committed = [{ topic: 't', partition: 0, offset: 15, metadata: 'note' }];
  const admin = {
    groupOffsets: async (group: string) => (group === 'g' ? committed : []),
    describeGroup: async (group: string) => {
      if (group !== 'g') throw new MillraceError('UNKNOWN_GROUP');
      return DESCRIPTION;
    },
    describeTopics: async (names: readonly string[]) =>
      names.map((name) => ({ name, partitions: [{ partition: 0 }, { partition: 1 }] })),
    listOffsets: async (questions: readonly (Place & { at: string })[]) =>
      questions.map(({ at }) => ({ offset: at === 'earliest' ? 10 : 30 })),
    resetGroupOffsets: async (group: string, { to, partitions, dryRun }: Reset) => {
      done.push(['plan', group, to, dryRun]);
      return partitions.map((place) => ({ ...place, before: null, offset: 12, lag: 18 }));
    },
    commitGroupOffsets: async (group: string, offsets: unknown) =>
      void done.push(['commit', group, offsets]),
    deleteGroup: async (group: string) => {
      if (group === 'none') throw new MillraceError('UNKNOWN_GROUP');
      if (group === 'busy') throw new MillraceError('GROUP_NOT_EMPTY');
      done.push(['delete', group]);
    },
  };
  return { admin, done };
}

interface Reset {
  readonly to: unknown;
  readonly partitions: readonly Place[];
  readonly dryRun: boolean;
}

const member = {
  memberEpoch: 3,
  topics: ['t'],
  topicPattern: null,
  sessionTimeoutMs: 1,
  rebalanceTimeoutMs: 1,
};
const DESCRIPTION = {
  epoch: 3,
  state: 'reconciling',
  assignor: 'uniform',
  members: [
    {
      ...member,
      memberId: 'one',
      instanceId: 'node-1',
      isAway: false,
      assigned: [{ topicId: 1, partitions: [0, 1] }],
      target: [{ topicId: 1, partitions: [0] }],
    },
    {
      ...member,
      memberId: 'two',
      instanceId: null,
      isAway: true,
      topicPattern: 'ev.*',
      assigned: [],
      target: null,
    },
  ],
  offsets: [
    { topicId: 1, topic: 't', partition: 0, offset: 15, endOffset: 30, lag: 15 },
    { topicId: 1, topic: 't', partition: 1, offset: -1, endOffset: 30, lag: 20 },
  ],
};

describe('groups reset', () => {
  it.each([
    ['--to earliest', 'earliest'],
    ['--to 17', { offset: 17 }],
    ['--by-duration 2h', { durationMs: 7_200_000 }],
    ['--shift-by -100', { shiftBy: -100 }],
  ])('%s', async (given, to) => {
    const fake = broker();
    const { document } = await documentOf(fake, `groups reset g ${given} --partition 0 --dry-run`);
    const move = { topic: 't', partition: 0, from: null, to: 12, lag: 18 };
    expect(document).toEqual({ group: 'g', changed: false, offsets: [move] });
    expect(fake.done).toEqual([['plan', 'g', to, true]]);
  });

  it('does what was told, once somebody agreed', async () => {
    const fake = broker();
    const terminal = fakeTerminal({ input: 'y\n', isTTY: true });
    await runWith(fake, words('groups reset g --to latest'), { terminal });
    expect(terminal.err()).toContain('Move the offsets of group g in 2 partitions?');
    const at = { offset: 12, metadata: null };
    const offsets = [
      { topic: 't', partition: 0, ...at },
      { topic: 't', partition: 1, ...at },
    ];
    expect(fake.done.at(-1)).toEqual(['commit', 'g', offsets]);
  });

  it('takes offsets one by one, within what partitions have', async () => {
    const fake = broker();
    const line = 'groups reset g --offset t/0=20 --offset t/1=99';
    const { out } = await runWith(fake, words(`${line} --dry-run`));
    expect(out).toMatch(/TOPIC +PARTITION +FROM +TO +LAG\nt +0 +15 +20 +10\nt +1 +- +30 +0\n/);
    const { document } = await documentOf(fake, `${line} --yes`);
    expect(document).toMatchObject({ changed: true });
    expect((await documentOf(fake, 'groups reset g --offset t=1')).exit).toBe(EXIT.usage);
    const twice = await documentOf(fake, `${line} --offset t/1=7 --yes`);
    expect(twice.error?.message).toBe('t/1 is named twice');
    expect(fake.done).toHaveLength(1);
  });

  it('goes back to what was exported', async () => {
    const path = join(directory, 'offsets.json');
    const fake = broker();
    await documentOf(fake, `groups offsets g --export ${path}`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      group: 'g',
      offsets: [{ topic: 't', partition: 0, offset: 15, metadata: 'note' }],
    });
    expect((await documentOf(fake, `groups offsets g --export ${path}`)).exit).toBe(EXIT.conflict);
    await documentOf(fake, `groups reset other --from-file ${path} --yes`);
    const offset = { topic: 't', partition: 0, offset: 15, metadata: 'note' };
    expect(fake.done).toEqual([['commit', 'other', [offset]]]);
    const none = await documentOf(fake, `groups reset g --from-file ${path} --topic u --yes`);
    expect(none.exit).toBe(EXIT.notFound);
    for (const text of ['{', '{}', '{"offsets":[{"topic":"t"}]}', '{"offsets":[null]}']) {
      writeFileSync(path, text);
      const { error } = await documentOf(fake, `groups reset g --from-file ${path} --yes`);
      expect(error?.message).toContain('is no export of offsets');
    }
  });

  it('needs one place, and offsets to move', async () => {
    const fake = broker();
    expect((await documentOf(fake, 'groups reset g')).error?.message).toContain('say where to');
    const two = await documentOf(fake, 'groups reset g --to latest --shift-by 1');
    expect(two.error?.message).toContain('exclude each other');
    expect((await documentOf(fake, 'groups reset x --to latest')).exit).toBe(EXIT.notFound);
    const missing = await documentOf(fake, 'groups reset g --to latest --partition 7');
    expect(missing.exit).toBe(EXIT.notFound);
    expect(fake.done).toEqual([]);
  });
});

describe('groups delete', () => {
  it('deletes several, and says how far it came', async () => {
    const fake = broker();
    const asked = await documentOf(fake, 'groups delete a b');
    expect(asked.error?.message).toContain('delete groups a, b and their offsets');
    expect((await documentOf(fake, 'groups delete a b a --yes')).document).toEqual({
      deleted: ['a', 'b'],
    });
    expect((await documentOf(fake, 'groups delete none --yes')).exit).toBe(EXIT.notFound);
    const some = await documentOf(fake, 'groups delete none c --yes --if-exists');
    expect(some.document).toEqual({ deleted: ['c'] });
    const { err, exit } = await runWith(fake, words('groups delete d busy e --yes'));
    expect([exit, err]).toEqual([EXIT.conflict, expect.stringContaining('deleted before that: d')]);
    expect(fake.done).not.toContainEqual(['delete', 'e']);
  });
});

describe('groups describe', () => {
  it('shows state, owners and members', async () => {
    const { out } = await runWith(broker(), words('groups describe g'));
    expect(out).toMatch(/state: +reconciling/);
    expect(out).toMatch(/assignor: +uniform/);
    expect(out).toMatch(/lag: +35/);
    expect(out).toMatch(/t +1 +- +30 +20 +one/);
    expect(out).toMatch(/one +3 +node-1 +moving +t +t: 0 1/);
    expect(out).toMatch(/two +3 +- +away +t, \/ev\.\*\/ +-/);
    expect((await documentOf(broker(), 'groups describe g')).document).toMatchObject({ lag: 35 });
  });

  it('offsets alone are a table, too', async () => {
    const { out } = await runWith(broker(), words('groups offsets g'));
    expect(out).toMatch(/t +0 +15 +note/);
    expect((await documentOf(broker(), 'groups offsets x')).exit).toBe(EXIT.notFound);
  });
});
