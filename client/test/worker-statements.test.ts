// What a worker says of messages while it waits to be sent: what is said with it, and what is not.
import { type AckKind, ERRORS, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import type { Link } from '../src/net/link.ts';
import { Acknowledger } from '../src/queue/acknowledger.ts';
import type { HeldMessage, Lease } from '../src/queue/lease.ts';
import { acknowledge, type Hearer } from '../src/worker/statements.ts';
import { ACCEPTED } from '../src/worker/verdict.ts';
import { eventually } from './support/eventually.ts';

interface Item {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly kind: AckKind;
}

type Answer = (items: readonly Item[]) => Promise<unknown>;

const done = ({ firstOffset, lastOffset }: Item) => ({
  outcomes: [{ firstOffset, lastOffset, errorCode: 0 }],
  deadlineMs: null,
});

function setup(answer: Answer, leaseMs = 30_000) {
  const link = {
    options: { requestTimeoutMs: 10_000 },
    request: (_api: string, { items }: { items: readonly Item[] }) => answer(items),
  } as unknown as Link;
  const acknowledger = new Acknowledger(link, 'g');
  const endsAt = performance.now() + leaseMs;
  const lease = {
    topicId: 1,
    partition: 0,
    token: 1,
    acknowledger,
    endsAt,
  } as unknown as Lease<number>;
  const told: string[] = [];
  const hearer: Hearer<number> = {
    resolved: ({ offset }, { kind }, error) => told.push(`${offset} ${error?.code ?? kind}`),
    allResolved: (messages, { kind }) => {
      for (const { offset } of messages) told.push(`${offset} ${kind}`);
    },
  };
  const accept = (offset: number) => {
    const message = { lease, offset, settle: () => {} } as unknown as HeldMessage<number>;
    acknowledge({ messages: [message], verdict: ACCEPTED }, hearer);
  };
  return { acknowledger, told, accept };
}

describe('statements', () => {
  it('of neighbours go as one while they wait', async () => {
    const requests: (readonly Item[])[] = [];
    const { acknowledger, told, accept } = setup(async (items) => {
      requests.push(items);
      return { results: items.map(done) };
    });
    for (const offset of [0, 1, 2, 4]) accept(offset);
    await acknowledger.idle();
    expect(requests).toMatchObject([
      [
        { firstOffset: 0, lastOffset: 2 },
        { firstOffset: 4, lastOffset: 4 },
      ],
    ]);
    expect(told).toEqual(['0 accept', '1 accept', '2 accept', '4 accept']);
  });

  it.each([
    ['done if its lease goes on', 30_000, 'accept'],
    ['unknown if its lease may have ended: it may be dead since', 700, 'OUTCOME_UNKNOWN'],
  ])(
    'said again and resolved already is %s; none that is new goes with it',
    async (_name, leaseMs, first) => {
      const errorCode = ERRORS.ALREADY_RESOLVED.code;
      const resolved = ({ firstOffset, lastOffset }: Item) => ({
        outcomes: [{ firstOffset, lastOffset, errorCode }],
        deadlineMs: null,
      });
      let lose: ((error: MillraceError) => void) | undefined;
      const { acknowledger, told, accept } = setup(
        (items) =>
          lose === undefined
            ? new Promise((_, reject) => {
                lose = reject;
              })
            : Promise.resolve({ results: items.map(resolved) }),
        leaseMs,
      );
      accept(0);
      await eventually(() => lose !== undefined);
      lose?.(new MillraceError('OUTCOME_UNKNOWN'));
      await Promise.resolve();
      // It waits to be said again.
      accept(1);
      await acknowledger.idle();
      expect(told).toEqual([`0 ${first}`, '1 ALREADY_RESOLVED']);
    },
  );
});
