// A membership by itself, over a link that answers when the test says so: what its own clock decides.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Membership } from '../src/consumer/membership.ts';

const SESSION_MS = 3_000;

interface Asked {
  readonly body: { readonly memberEpoch: number };
  readonly timeoutMs: number;
  answer(memberEpoch: number): void;
}

function setup() {
  const asked: Asked[] = [];
  const lost: string[] = [];
  const link = {
    options: { logger: {}, retry: { firstDelayMs: 1, maxDelayMs: 1 }, requestTimeoutMs: 30_000 },
    request: (api: string, body: Asked['body'], { timeoutMs }: { timeoutMs: number }) => {
      if (api === 'GroupLeave') return Promise.resolve({});
      return new Promise((resolve) => {
        const answer = (memberEpoch: number) =>
          resolve({ memberEpoch, heartbeatIntervalMs: 0, assignment: null });
        asked.push({ body, timeoutMs, answer });
      });
    },
  };
  const owner = {
    owned: () => [],
    assigned: () => {},
    lost: ({ code }: { code: string }) => lost.push(code),
    hasGivenUp: false,
    heard: () => {},
    stuck: () => undefined,
    failed: () => {},
  };
  const options = {
    group: 'g',
    memberId: 'm',
    instanceId: null,
    topics: ['t'],
    topicPattern: null,
    assignor: null,
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: 1_000,
  };
  const membership = new Membership(link as never, options, owner);
  return { membership, asked, lost };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a membership', () => {
  it('[C-27] passes over an answer that comes after its session, and joins anew', async () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { membership, asked, lost } = setup();
    membership.start();
    await vi.waitUntil(() => asked.length === 1, 20_000);
    asked[0]?.answer(1);
    await vi.waitUntil(() => asked.length === 2, 20_000);
    // The session counts from when the answered heartbeat was sent.
    now += SESSION_MS;
    asked[1]?.answer(1);
    await vi.waitUntil(() => asked.length === 3, 20_000);
    expect(asked[2]?.body.memberEpoch).toBe(1);
    now += SESSION_MS;
    now += 1;
    asked[2]?.answer(1);
    await vi.waitUntil(() => asked.length === 4, 20_000);
    expect(lost).toEqual(['UNKNOWN_MEMBER']);
    expect(asked[3]?.body.memberEpoch).toBe(0);
    void membership.close(10, false);
    asked[3]?.answer(2);
  });

  it('leaves a heartbeat no more time than its session has', async () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { membership, asked } = setup();
    membership.start();
    await vi.waitUntil(() => asked.length === 1, 20_000);
    asked[0]?.answer(1);
    await vi.waitUntil(() => asked.length === 2, 20_000);
    // It waits a third of the session; another third is for its answer.
    expect(asked[1]?.timeoutMs).toBe((SESSION_MS / 3) * 2);
    now += 2_500;
    asked[1]?.answer(1);
    await vi.waitUntil(() => asked.length === 3, 20_000);
    // The last answered one was sent 2,500 ms ago.
    expect(asked[2]?.timeoutMs).toBe(SESSION_MS - 2_500);
    void membership.close(10, false);
    asked[2]?.answer(1);
  });
});
