// What `queue` shows of messages, and what it lets an operator decide about them, with a client that answers by heart.
import type { ListedMessages, MessageState, MessageTarget } from '@millrace/client';
import { MillraceError } from '@millrace/client';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { documentOf, runWith } from './support/run-with.ts';

const ID = '00000001-0000-8000-8000-00000000002a';
const OTHER = '00000001-0000-8000-8000-00000000002b';

function listed(
  state: MessageState,
  firstOffset: number,
  lastOffset = firstOffset,
  rest: Partial<ListedMessages> = {},
): ListedMessages {
  return {
    topic: 't',
    partition: 0,
    firstOffset,
    lastOffset,
    messages: lastOffset - firstOffset + 1,
    id: `00000001-0000-8000-8000-${firstOffset.toString(16).padStart(12, '0')}`,
    state,
    deliveries: 1,
    memberId: null,
    untilMs: null,
    firstDeliveredAtMs: null,
    lastError: null,
    deadReason: null,
    ...rest,
  };
}

interface Asked {
  readonly state: string;
  readonly keys?: boolean;
  readonly topic?: string | undefined;
}

/** Answers lists, and keeps what it was told to do. */
class FakeAdmin {
  readonly asked: Asked[] = [];
  readonly told: unknown[][] = [];
  readonly lists: readonly ListedMessages[];
  refusals: ReadonlyMap<string, MillraceError> = new Map();
  topics: readonly object[] = [{ topic: 't' }];

  constructor(...lists: readonly ListedMessages[]) {
    this.lists = lists;
  }

  async *listMessages(options: Asked & { readonly fromOffset?: number }) {
    this.asked.push(options);
    for (const each of this.lists) {
      if (each.state === options.state && each.lastOffset >= (options.fromOffset ?? 0)) yield each;
    }
  }

  async describeShareGroup() {
    return { topics: this.topics };
  }

  async message(_group: string, id: string) {
    return { state: id === ID ? 'ready' : 'leased' };
  }

  async retryMessages(...args: [string, readonly MessageTarget[], unknown]) {
    return this.change('retry', args);
  }

  async rescheduleMessages(...args: [string, readonly MessageTarget[], number, unknown]) {
    return this.change('reschedule', args);
  }

  async cancelMessages(...args: [string, readonly MessageTarget[], unknown]) {
    return this.change('cancel', args);
  }

  async deadLetterMessages(...args: [string, readonly MessageTarget[], unknown]) {
    return this.change('deadLetter', args);
  }

  private change(action: string, [, targets, delay]: readonly unknown[]) {
    this.told.push([action, targets, ...(typeof delay === 'number' ? [delay] : [])]);
    const outcomes = (targets as readonly MessageTarget[]).map((target) => ({
      target,
      partition: 0,
      firstOffset: 1,
      lastOffset: 1,
      messages: 1,
      error: (typeof target === 'string' ? this.refusals.get(target) : undefined) ?? null,
    }));
    const refused = outcomes.filter(({ error }) => error !== null).length;
    return { changed: outcomes.length - refused, refused, outcomes };
  }
}

const words = (line: string): string[] => line.split(' ');

describe('queue messages', () => {
  const admin = () =>
    new FakeAdmin(
      listed('leased', 1, 3, { memberId: 'worker-1', untilMs: Date.now() + 29_500 }),
      listed('scheduled', 7, 7, { lastError: 'no route', untilMs: Date.now() + 60_000 }),
      listed('blocked', 9, 9, { key: 'alice' }),
      listed('dead', 10, 10, { deadReason: 'exhausted' }),
    );

  it('lists what is under way, with who has it, until when, and why it failed', async () => {
    const { out } = await runWith({ admin: admin() }, words('queue messages q'));
    expect(out).toMatch(/leased +t +0 +1-3 +3 +1 +worker-1 +\d\d(?:\.\d)?s left/);
    expect(out).toMatch(/scheduled .* in 1?\w+.*no route/);
    expect(out).toMatch(/blocked .* alice/);
    expect(out).not.toContain('dead');
  });

  it('of one state; keys only where they are wanted or blocked', async () => {
    const fake = admin();
    const { document } = await documentOf({ admin: fake }, 'queue messages q --state dead');
    expect(document).toMatchObject({ messages: [{ deadReason: 'exhausted' }], more: false });
    expect(fake.asked).toMatchObject([{ state: 'dead', keys: false }]);
    const other = admin();
    await documentOf({ admin: other }, 'queue messages q');
    expect(other.asked.filter(({ keys }) => keys).map(({ state }) => state)).toEqual(['blocked']);
  });

  it('stops at the limit and says so', async () => {
    const { document } = await documentOf({ admin: admin() }, 'queue messages q --limit 2');
    expect(document.messages).toHaveLength(2);
    expect(document.more).toBe(true);
    const { document: all } = await documentOf({ admin: admin() }, 'queue messages q --limit 3');
    expect(all.more).toBe(false);
  });

  it('a partition is one of a topic', async () => {
    const { error } = await runWith({ admin: admin() }, words('queue messages q --partition 0'));
    expect(error?.message).toContain('--topic');
  });
});

describe('queue blocked', () => {
  it('has an entry for each key and partition', async () => {
    const admin = new FakeAdmin(
      listed('blocked', 1, 1, { key: 'alice', lastError: 'declined' }),
      listed('blocked', 2, 2, { key: null }),
      listed('blocked', 3, 3, { key: 'alice' }),
    );
    const { document } = await documentOf({ admin }, 'queue blocked q');
    expect(document.blocked).toMatchObject([
      { key: 'alice', messages: 2, offset: 1, lastError: 'declined' },
      { key: null, messages: 1, offset: 2 },
    ]);
    expect(document.blocked[0].ids).toHaveLength(2);
    const { out } = await runWith({ admin: new FakeAdmin() }, words('queue blocked q'));
    expect(out).toBe('Nothing is blocked.\n');
  });
});

describe('queue unblock', () => {
  const admin = () =>
    new FakeAdmin(
      listed('blocked', 1, 1, { key: 'alice' }),
      listed('blocked', 2, 2, { key: 'bob' }),
      listed('blocked', 3, 3, { key: null }),
    );
  const offsets = ({ told }: FakeAdmin) =>
    told.map(([action, ids]) => [
      action,
      (ids as string[]).map((id) => Number.parseInt(id.slice(-4), 16)),
    ]);

  it('tries a key again, or all', async () => {
    const one = admin();
    expect((await documentOf({ admin: one }, 'queue unblock q --key bob')).document).toMatchObject({
      changed: 1,
    });
    expect(offsets(one)).toEqual([['retry', [2]]]);
    const all = admin();
    await documentOf({ admin: all }, 'queue unblock q --all');
    expect(offsets(all)).toEqual([['retry', [1, 2, 3]]]);
  });

  it('skips or dead-letters after a yes, and says how many', async () => {
    const asked = await runWith({ admin: admin() }, words('queue unblock q --all --skip'));
    expect(asked.error?.message).toContain('cancel 3 messages of queue q');
    expect(asked.error?.message).toContain('3 blocked keys');
    const skipped = admin();
    await documentOf({ admin: skipped }, 'queue unblock q --key alice --skip -y');
    expect(offsets(skipped)).toEqual([['cancel', [1]]]);
    const moved = admin();
    await documentOf({ admin: moved }, 'queue unblock q --key alice --dead-letter -y');
    expect(offsets(moved)).toEqual([['deadLetter', [1]]]);
  });

  it('refuses a key that is not blocked, and does nothing', async () => {
    const fake = admin();
    const { error } = await documentOf({ admin: fake }, 'queue unblock q --key alice --key carol');
    expect(error).toMatchObject({ code: 'KEY_NOT_BLOCKED', exit: 'notFound' });
    expect(fake.told).toEqual([]);
  });

  it.each([
    'queue unblock q',
    'queue unblock q --all --key a',
    'queue unblock q --all --skip --dead-letter',
  ])('needs one choice: %s', async (line) => {
    expect((await runWith({ admin: admin() }, words(line))).exit).toBe(EXIT.usage);
  });
});

describe('queue retry, reschedule, cancel, dead-letter', () => {
  it('take ids, once each, also from stdin', async () => {
    const admin = new FakeAdmin();
    const line = words(`queue retry q ${ID} - --json`);
    await runWith({ admin }, line, { input: `${OTHER}\n${ID.toUpperCase()}\n` });
    expect(admin.told).toEqual([['retry', [ID, OTHER]]]);
  });

  it('take ranges of the only topic', async () => {
    const admin = new FakeAdmin();
    const line = 'queue reschedule q --partition 2 --offset 5-20 --offset 30 --delay 1h';
    expect((await documentOf({ admin }, line)).exit).toBe(0);
    expect(admin.told).toEqual([
      [
        'reschedule',
        [
          { topic: 't', partition: 2, firstOffset: 5, lastOffset: 20 },
          { topic: 't', partition: 2, firstOffset: 30, lastOffset: 30 },
        ],
        3_600_000,
      ],
    ]);
    admin.topics = [{ topic: 't' }, { topic: 'u' }];
    const { error } = await documentOf({ admin }, 'queue retry q --partition 0 --offset 1');
    expect(error?.message).toContain('2 topics');
  });

  it('say what was refused, after what was done', async () => {
    const admin = new FakeAdmin();
    admin.refusals = new Map([[OTHER, new MillraceError('MESSAGE_LEASED')]]);
    const { document, error, exit } = await documentOf({ admin }, `queue retry q ${ID} ${OTHER}`);
    expect(exit).toBe(EXIT.conflict);
    expect(error?.code).toBe('MESSAGE_LEASED');
    expect(document).toMatchObject({ changed: 1, refused: 1 });
    expect(document.results).toMatchObject([
      { id: ID, ok: true, outcome: 'retried' },
      { id: OTHER, ok: false, outcome: 'MESSAGE_LEASED' },
    ]);
  });

  it('ask with exact counts before messages die', async () => {
    const admin = new FakeAdmin(
      listed('fresh', 15, 100),
      listed('ready', 5),
      listed('ready', 50),
      listed('leased', 6),
    );
    const range = await documentOf({ admin }, 'queue cancel q --partition 0 --offset 0-19');
    expect(range.error?.message).toContain('cancel 6 messages of queue q');
    expect(range.error?.message).toContain('14 more are leased or resolved');
    const ids = await documentOf({ admin }, `queue dead-letter q ${ID} ${OTHER}`);
    expect(ids.error?.message).toContain('dead-letter 1 message of queue q');
    expect(admin.told).toEqual([]);
    await documentOf({ admin }, `queue dead-letter q ${ID} -y`);
    expect(admin.told).toEqual([['deadLetter', [ID]]]);
  });

  it.each([
    ['queue retry q', 'no messages'],
    ['queue retry q nonsense', "'nonsense' is not a message id"],
    [`queue retry q ${ID} --offset 1 --partition 0`, 'exclude each other'],
    ['queue retry q --offset 1', '--partition'],
    ['queue retry q --partition 1', '--offset'],
    [`queue reschedule q ${ID}`, '--delay'],
  ])('refuse %s', async (line, reason) => {
    const { error, exit } = await runWith({ admin: new FakeAdmin() }, words(line));
    expect(exit).toBe(EXIT.usage);
    expect(error?.message).toContain(reason);
  });
});
