// Settings of topics and queues as they are asked for and shown; counts as they are watched; results of messages.
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { documentOf, runWith } from './support/run-with.ts';

const words = (line: string): string[] => line.split(' ');

/** What `create` and `alter` were asked for. */
function asking() {
  const asked: { config?: object }[] = [];
  const take = async (input: { config?: object }) => {
    asked.push(input);
    return { topicId: 1 };
  };
  const made = { topics: [{ topic: 'q', topicId: 1, startAt: -1, deadLetterTopic: null }] };
  const admin = {
    createTopic: take,
    alterTopic: take,
    createShareGroup: take,
    alterShareGroup: take,
    describeShareGroup: async () => made,
  };
  const config = (): object => JSON.parse(JSON.stringify(asked.at(-1)?.config ?? null)) as object;
  return { admin, config };
}

describe('settings of topics', () => {
  it('are given as the broker takes them', async () => {
    const { admin, config } = asking();
    await documentOf(
      { admin },
      'topics create t --message-ttl 1d --dedup content --dedup-window 10m --dedup-scope key --retention-acked on --dead-letter-source a --dead-letter-source b --dead-letter-source a',
    );
    expect(config()).toEqual({
      messageTtlMs: 86_400_000,
      dedup: 'content',
      dedupWindowMs: 600_000,
      dedupScope: 'key',
      retentionAcked: true,
      deadLettersFrom: 'listed',
      deadLetterSources: ['a', 'b'],
    });
    await documentOf({ admin }, 'topics alter t --message-ttl forever --retention-acked off');
    expect(config()).toEqual({ messageTtlMs: -1, retentionAcked: false });
    await documentOf({ admin }, 'topics alter t --dead-letters-from none');
    expect(config()).toEqual({ deadLettersFrom: 'none' });
  });

  it('sources are of a list', async () => {
    const line = 'topics create t --dead-letters-from all --dead-letter-source a';
    expect((await runWith(asking(), words(line))).exit).toBe(EXIT.usage);
  });
});

const CONFIG = {
  visibilityTimeoutMs: 30_000,
  maxDeliveries: 5,
  backoff: 'none',
  onExhausted: 'block',
  exhaustedAt: 'receive',
  fence: false,
  ordering: 'key',
  fairness: 'none',
  maxInFlight: 20,
  onExpired: 'dlq',
  resultTtlMs: 60_000,
  lateReceipts: 'accept' as const,
  deadLetterLoops: false,
};

describe('settings of queues', () => {
  it('are given as the broker takes them', async () => {
    const { admin, config } = asking();
    await documentOf(
      { admin },
      'queue create q --on-exhausted block --exhausted-at receive --fence off --ordering key --max-in-flight 20 --on-expired dlq --result-ttl 1m --late-receipts accept --dead-letter-loops off',
    );
    const {
      visibilityTimeoutMs: _v,
      maxDeliveries: _m,
      backoff: _b,
      fairness: _f,
      ...rest
    } = CONFIG;
    expect(config()).toEqual(rest);
    await documentOf(
      { admin },
      'queue alter q --fairness tenant --max-in-flight unlimited --fence on',
    );
    expect(config()).toEqual({ fairness: 'tenant', maxInFlight: 0, fence: true });
  });

  it('are shown, with where it begins as a word or a time', async () => {
    const starts = [-2, -1, 1_000];
    const topics = starts.map((startAt) => ({ topic: 't', startAt, deadLetterTopic: null }));
    const described = { group: 'q', groupId: 1, createdAtMs: 1, config: CONFIG, topics };
    const admin = {
      describeShareGroup: async () => described,
      listShareGroups: async () => [described],
    };
    const { document } = await documentOf({ admin }, 'queue describe q');
    expect(document).toMatchObject({ queue: 'q', config: CONFIG });
    const shown = document.topics.map(({ startAt }: { startAt: unknown }) => startAt);
    expect(shown).toEqual(['earliest', 'latest', 1_000]);
    const { document: all } = await documentOf({ admin }, 'queue list');
    expect(all.queues[0].topics).toMatchObject([{ startAt: 'earliest' }, {}, {}]);
    const strict = { ...described, config: { ...CONFIG, lateReceipts: 'refuse' as const } };
    const strictly = { describeShareGroup: async () => strict };
    const { out: told } = await runWith({ admin: strictly }, words('queue describe q'));
    expect(told).toContain('until its lease ends');
    const { out } = await runWith({ admin }, words('queue describe q'));
    for (const text of [
      'blocked until somebody decides',
      'older ones too',
      'by key',
      '20 a part',
    ]) {
      expect(out).toContain(text);
    }
  });
});

const COUNTS = {
  fresh: 1,
  ready: 0,
  scheduled: 0,
  leased: 0,
  parked: 0,
  blocked: 0,
  acknowledged: 0,
  dead: 0,
  removed: 0,
  purged: 0,
  skipped: 0,
  oldestUnresolvedMs: null,
};

describe('queue stats', () => {
  const adminOf = (totals: object, rates: object | null = null) => ({
    counters: async () => ({ totals: { ...COUNTS, ...totals }, partitions: [], rates }),
  });

  it('has columns for rare states where something is in them, and rates where they are known', async () => {
    const plain = await runWith({ admin: adminOf({}) }, words('queue stats q'));
    expect(plain.out).not.toMatch(/PARKED|BLOCKED|PURGED|SKIPPED|REMOVED|IN\/S/);
    const rates = { arrived: 12.4, acknowledged: 0.034, dead: 0 };
    const admin = adminOf({ parked: 2, blocked: 1, purged: 9 }, rates);
    const { out } = await runWith({ admin }, words('queue stats q'));
    const [head, row] = out.split('\n');
    expect(head).toMatch(/LEASED +PARKED +BLOCKED +ACKNOWLEDGED +DEAD +PURGED +OLDEST +IN\/S/);
    expect(row).toMatch(/0 +2 +1 +0 +0 +9 +- +12 +0\.034 +0$/);
  });

  it('are watched until Ctrl-C: one object a line for programs', async () => {
    const terminal = fakeTerminal();
    let looks = 0;
    const admin = {
      counters: async () => {
        looks += 1;
        if (looks === 3) terminal.send('SIGINT');
        return { totals: COUNTS, partitions: [], rates: null };
      },
    };
    const line = words('queue stats q --watch --interval 100ms --json');
    const { exit, out } = await runWith({ admin }, line, { terminal });
    expect(exit).toBe(EXIT.ok);
    const seen = out
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as object);
    expect(seen).toHaveLength(3);
    for (const each of seen) expect(each).toMatchObject({ queues: [{ queue: 'q' }] });
  });

  it('are watched in place on a terminal, and end with what fails', async () => {
    let looks = 0;
    const admin = {
      counters: async () => {
        looks += 1;
        if (looks === 2) throw new Error('gone');
        return { totals: COUNTS, partitions: [], rates: null };
      },
    };
    const line = words('queue stats q --watch --interval 100ms');
    const { error, out } = await runWith({ admin }, line, { isTTY: true });
    expect(out).toContain('\u001b[J');
    expect(error?.message).toContain('gone');
  });
});

describe('queue ack and receive', () => {
  it.each([
    ['{"sum":42}', '{"sum":42}'],
    ['paid', '"paid"'],
    ['12', '12'],
  ])('a result %s is stored as JSON', async (given, stored) => {
    const said: { result?: Uint8Array }[] = [];
    const queue = () => ({
      acknowledge: async (items: readonly { result?: Uint8Array }[]) => {
        said.push(...items);
        return items.map(() => ({ receipt: 'r', ok: true, error: null, deadlineMs: null }));
      },
    });
    await runWith({ queue }, ['queue', 'ack', 'q', 'r1', '--result', given]);
    expect(Buffer.from(said[0]?.result ?? []).toString()).toBe(stored);
    await runWith({ queue }, ['queue', 'ack', 'q', 'r1']);
    expect(said[1]).not.toHaveProperty('result');
  });

  it('an empty queue that is a failure leaves stdout empty', async () => {
    const queue = () => ({ receive: async () => [] });
    const line = 'queue receive q --topic t';
    const failed = await runWith({ queue }, words(`${line} --fail-if-empty`));
    expect([failed.exit, failed.out]).toEqual([EXIT.timeout, '']);
    expect(failed.error?.hints.join()).toContain('--wait');
    const quiet = await runWith({ queue }, words(line));
    expect([quiet.exit, quiet.out]).toMatchObject([EXIT.ok, expect.stringContaining('No message')]);
  });
});
