// Purges, dead letters, tasks and effects, with a client that answers by heart.
import type { Task } from '@millrace/client';
import { MillraceError } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { documentOf, runWith } from './support/run-with.ts';

const words = (line: string): string[] => line.split(' ');

const NO_FILTER = {
  partition: null,
  fromOffset: null,
  toOffset: null,
  fromMs: null,
  toMs: null,
  reason: null,
  failedGroup: null,
  sourceTopic: null,
  error: null,
  among: null,
};

function task(rest: Partial<Task> = {}): Task {
  const places = { topic: 'jobs.dlq', group: 'jobs.dlq', target: null, filter: NO_FILTER };
  const counts = { total: 10, scanned: 10, moved: 10, skipped: 0, failed: 0 };
  const times = { startedAtMs: 1, endedAtMs: 2, error: null };
  const how = { ratePerSecond: 0, dryRun: false };
  return {
    taskId: 7,
    kind: 'redrive',
    state: 'completed',
    ...places,
    ...how,
    ...counts,
    ...times,
    ...rest,
  };
}

/** A redrive goes through these states, one a look. */
function redriving(...states: readonly Task[]) {
  const started: unknown[] = [];
  const admin = {
    startRedrive: async (input: unknown) => {
      started.push(input);
      return { taskId: 7 };
    },
    tasks: async () => states.slice(0, 1),
    waitForTask: async (_id: number, options: { onProgress: (state: Task) => void }) => {
      for (const state of states) options.onProgress(state);
      return states.at(-1);
    },
  };
  return { admin, started };
}

describe('queue purge', () => {
  function purging() {
    const asked: object[] = [];
    const purge = async (input: { dryRun: boolean; undoMs: number }) => {
      asked.push(input);
      const partitions = [{ topic: 't', topicId: 1, partition: 0, messages: 1_234 }];
      return { messages: 1_234, partitions, undoUntilMs: input.dryRun ? null : 5 };
    };
    return { admin: { purge, undoPurge: purge }, asked };
  }

  it('asks with the exact count, and takes nothing without a yes', async () => {
    const { admin, asked } = purging();
    const { error, exit } = await runWith({ admin }, words('queue purge q'));
    expect(exit).toBe(EXIT.usage);
    expect(error?.message).toContain('take 1,234 unresolved messages away from queue q');
    expect(error?.message).toContain('undone for 1h');
    expect(asked).toMatchObject([{ dryRun: true }]);
  });

  it('says that nothing undoes it where that is so', async () => {
    const { admin } = purging();
    const { error } = await runWith({ admin }, words('queue purge q --undo-for 0'));
    expect(error?.message).toContain('for good');
  });

  it('takes with a yes, counts with --dry-run, and comes back', async () => {
    const { admin, asked } = purging();
    const done = await documentOf(
      { admin },
      'queue purge q -y --undo-for 10m --topic t --forget-duplicates',
    );
    expect(done.document).toMatchObject({ dryRun: false, messages: 1_234, undoUntilMs: 5 });
    const how = { undoMs: 600_000, forgetDuplicates: true, dryRun: false };
    expect(asked).toEqual([{ group: 'q', topic: 't', ...how }]);
    const { out } = await runWith({ admin }, words('queue purge q --dry-run'));
    expect(out).toContain('Would take 1,234 unresolved messages');
    expect(asked.at(-1)).toMatchObject({ dryRun: true });
    const back = await runWith({ admin }, words('queue undo-purge q'));
    expect(back.out).toBe('Brought 1,234 messages back to queue q.\n');
  });
});

describe('dlq redrive', () => {
  it('starts a task and says its number', async () => {
    const { admin, started } = redriving(task());
    const { out, exit } = await runWith({ admin }, words('dlq redrive jobs.dlq --rate 100'));
    expect(exit).toBe(EXIT.ok);
    expect(out).toContain('tasks show 7');
    expect(started).toEqual([
      {
        topic: 'jobs.dlq',
        target: undefined,
        group: undefined,
        filter: undefined,
        ratePerSecond: 100,
        dryRun: false,
      },
    ]);
  });

  it('has filters for all that a letter says', async () => {
    const { admin, started } = redriving(task());
    await documentOf(
      { admin },
      'dlq redrive d --to u --group g --partition 1 --from-offset 2 --to-offset 3 --from-time 2026-01-01 --to-time 2026-01-02 --reason exhausted --failed-group f --source-topic s',
    );
    expect(started).toMatchObject([
      {
        target: 'u',
        group: 'g',
        filter: {
          partition: 1,
          fromOffset: 2,
          toOffset: 3,
          fromMs: Date.UTC(2026, 0, 1),
          toMs: Date.UTC(2026, 0, 2),
          reason: 'exhausted',
          failedGroup: 'f',
          sourceTopic: 's',
        },
      },
    ]);
  });

  it('waits for a dry run and tells its count', async () => {
    const { admin } = redriving(task({ dryRun: true, moved: 4, skipped: 6 }));
    const { out } = await runWith({ admin }, words('dlq redrive jobs.dlq --dry-run'));
    expect(out).toContain(
      'Would move 4 dead letters of jobs.dlq to where they died; 6 passed over',
    );
  });

  it.each([
    [task(), EXIT.ok, undefined],
    [task({ state: 'failed', error: 'topic t is gone' }), EXIT.failed, 'TASK_FAILED'],
    [task({ state: 'cancelled' }), EXIT.conflict, 'TASK_CANCELLED'],
    [task({ moved: 9, failed: 1 }), EXIT.failed, 'TASK_INCOMPLETE'],
  ])('ends as the task does: %#', async (last, code, name) => {
    const { admin } = redriving(task({ state: 'running', endedAtMs: null }), last);
    const { document, error, exit } = await documentOf({ admin }, 'dlq redrive d --follow');
    expect(exit).toBe(code);
    expect(error?.code).toBe(name);
    expect(document).toEqual(last);
  });

  it('draws for who watches, and is quiet in a pipe', async () => {
    const { admin } = redriving(task({ state: 'running', scanned: 3, moved: 3 }), task());
    const watched = await runWith({ admin }, words('dlq redrive d --follow'), { isTTY: true });
    expect(watched.err).toContain('3 of 10, 3 moved');
    const piped = await runWith({ admin }, words('dlq redrive d --follow'));
    expect(piped.err).toBe('');
  });

  it.each([
    'dlq redrive d --from-offset 5 --to-offset 4',
    'dlq redrive d --from-time 2026-01-02 --to-time 2026-01-01',
    'dlq redrive d --from-time latest',
    'dlq redrive d --from-time 5',
    'dlq redrive d --rate 0',
  ])('refuses %s', async (line) => {
    const { admin, started } = redriving(task());
    expect((await runWith({ admin }, words(line))).exit).toBe(EXIT.usage);
    expect(started).toEqual([]);
  });
});

describe('dlq list', () => {
  it('names sources, readers and what is left', async () => {
    const topicOf = (topic: string, deadLetterTopic: string | null) => ({ topic, deadLetterTopic });
    const admin = {
      listShareGroups: async () => [
        { group: 'jobs', topics: [topicOf('jobs', 'jobs.dlq')] },
        { group: 'mail', topics: [topicOf('mail', 'a.dlq'), topicOf('jobs', 'jobs.dlq')] },
        { group: 'again', topics: [topicOf('jobs.dlq', null)] },
      ],
      describeTopics: async (names: readonly string[]) =>
        names.map((name) => ({ name, partitions: [{ startOffset: 5, endOffset: 15, bytes: 1 }] })),
      counters: async () => ({
        partitions: [
          { topic: 'jobs.dlq', fresh: 1, ready: 1, scheduled: 1, leased: 1, parked: 1, blocked: 1 },
          { topic: 'other', fresh: 9, ready: 0, scheduled: 0, leased: 0, parked: 0, blocked: 0 },
        ],
      }),
    };
    const { document } = await documentOf({ admin }, 'dlq list');
    expect(document.topics).toEqual([
      {
        topic: 'a.dlq',
        records: 10,
        sources: [{ topic: 'mail', queue: 'mail' }],
        queues: [],
        unresolved: null,
      },
      {
        topic: 'jobs.dlq',
        records: 10,
        sources: [
          { topic: 'jobs', queue: 'jobs' },
          { topic: 'jobs', queue: 'mail' },
        ],
        queues: ['again'],
        unresolved: 6,
      },
    ]);
    const { out } = await runWith({ admin }, words('dlq list'));
    expect(out).toMatch(/a\.dlq +10 +10 /);
    expect(out).toMatch(/jobs\.dlq +10 +6 /);
  });
});

describe('tasks', () => {
  it('are listed, by state if need be', async () => {
    const running = task({ taskId: 8, state: 'running', scanned: 5, endedAtMs: null });
    const admin = { tasks: async () => [running, task()] };
    const { out } = await runWith({ admin }, words('tasks list'));
    expect(out).toMatch(/8 +redrive +running +jobs\.dlq to where they died +50% of 10/);
    const { document } = await documentOf({ admin }, 'tasks list --state completed');
    expect(document.tasks).toMatchObject([{ taskId: 7 }]);
  });

  it('show which letters they take', async () => {
    const picked = { partition: 3, firstOffset: 1, lastOffset: 4 };
    const filter = {
      ...NO_FILTER,
      reason: 'exhausted',
      partition: 3,
      error: '',
      among: [picked],
    };
    const { admin } = redriving(task({ filter, ratePerSecond: 5, state: 'failed', error: 'why' }));
    const { out } = await runWith({ admin }, words('tasks show 7'));
    expect(out).toMatch(
      /which: +reason exhausted, without an error, partition 3, 4 picked one by one/,
    );
    expect(out).toContain('failed: why');
    expect(out).toContain('5 messages/s');
  });

  it('are cancelled, or not known', async () => {
    const cancelled = { cancelTask: async () => ({ moved: 3 }) };
    const { out } = await runWith({ admin: cancelled }, words('tasks cancel 7'));
    expect(out).toContain('it had moved 3 messages');
    const unknown = {
      cancelTask: async () => {
        throw new MillraceError('UNKNOWN_TASK');
      },
    };
    expect((await runWith({ admin: unknown }, words('tasks cancel 7'))).exit).toBe(EXIT.notFound);
  });

  it('go on when the waiting is given up', async () => {
    const terminal = fakeTerminal({ isTTY: true });
    const admin = {
      waitForTask: async (_id: number, { signal }: { signal: AbortSignal }) => {
        terminal.send('SIGINT');
        expect(signal.aborted).toBe(true);
        throw new MillraceError('ABORTED');
      },
    };
    await runWith({ admin }, words('tasks show 7 --follow'), { terminal });
    expect(terminal.err()).toContain('`broker-cli tasks cancel 7` stops it');
  });
});

describe('effects get', () => {
  it('tells the state and the value', async () => {
    const admin = {
      effect: async (_group: string, key: string) => ({
        key,
        state: 'done',
        memberId: 'w',
        atMs: 1,
        untilMs: Date.now() + 3_600_500,
        value: Buffer.from('{"charged":5}'),
      }),
    };
    const { document } = await documentOf({ admin }, 'effects get q charge:1');
    expect(document).toMatchObject({ key: 'charge:1', state: 'done', value: { charged: 5 } });
    const { out } = await runWith({ admin }, words('effects get q charge:1'));
    expect(out).toMatch(/remembered: +for another 1h/);
  });
});
