// What a client makes of pauses that the broker's quotas impose, and of a broker that closes what nobody uses.
import { describe, expect, it } from 'vitest';
import { clientOf, eventually, fakeBroker, rejection } from './support/eventually.ts';
import { SILENT } from './support/fake-broker.ts';

const FETCH = { partitions: [], maxWaitMs: 0 };

describe('a client beyond its quotas', () => {
  it('counts the pauses its replies tell of, what two share once', async () => {
    const broker = await fakeBroker({ Fetch: () => ({ partitions: [], throttleMs: 20_000 }) });
    const client = await clientOf(broker);
    expect(client.throttling).toEqual({ throttledReplies: 0, throttledMs: 0 });
    await Promise.all([client.request('Fetch', FETCH), client.request('Fetch', FETCH)]);
    const { throttledReplies, throttledMs } = client.throttling;
    expect(throttledReplies).toBe(2);
    expect(throttledMs).toBeGreaterThanOrEqual(20_000);
    expect(throttledMs).toBeLessThan(40_000);
  });

  it('does not take the silence of the pause for a dead connection [A-90]', async () => {
    const broker = await fakeBroker({
      Fetch: () => ({ partitions: [], throttleMs: 30_000 }),
      ListGroups: () => SILENT,
    });
    const client = await clientOf(broker, { pingIdleMs: 20, connectTimeoutMs: 40 });
    await client.request('Fetch', FETCH);
    // A broker that reads nothing: neither the request nor a question for a sign of life gets an answer.
    broker.handlers.Metadata = () => SILENT;
    const error = await rejection(client.request('ListGroups', {}, { timeoutMs: 300 }));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(broker.count('Metadata')).toBe(0);
    expect(broker.connections.length).toBe(1);
    expect(client.isConnected).toBe(true);
  });
});

describe('a connection that the broker closes', () => {
  const logged = () => {
    const lines: string[] = [];
    const note = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
    return { lines, logger: { info: note('info'), warn: note('warn') } };
  };

  it('while nothing was asked is no warning [A-86]', async () => {
    const { lines, logger } = logged();
    const broker = await fakeBroker({ ListGroups: () => ({ groups: [] }) });
    const client = await clientOf(broker, { logger });
    broker.connections[0]?.socket.end();
    await eventually(() => lines.length === 2);
    expect(lines[0]).toContain('info: connection closed while nothing was asked');
    expect(lines[1]).toContain('info: connected again');
    expect(await client.request('ListGroups', {})).toEqual({ groups: [] });
  });

  it('while a reply is awaited is one', async () => {
    const { lines, logger } = logged();
    const broker = await fakeBroker({ Fetch: () => SILENT });
    const client = await clientOf(broker, { logger });
    const asked = client.request('Fetch', { partitions: [], maxWaitMs: 5_000 }).catch(() => {});
    await eventually(() => broker.count('Fetch') === 1);
    broker.connections[0]?.socket.end();
    await eventually(() => lines.length > 0);
    expect(lines[0]).toContain('warn: connection lost');
    await client.close();
    await asked;
  });
});
