// Senders wait for the slowest reader, and for nobody else.
import { describe, expect, it } from 'vitest';
import { Deferred } from '../src/deferred.ts';
import { Lag } from '../src/workloads/lag.ts';

const never = new Deferred<never>().promise;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Whether it is over by the next turn. */
async function isOver(waiting: Promise<void>): Promise<boolean> {
  return Promise.race([waiting.then(() => true), turn().then(() => false)]);
}

describe('Lag', () => {
  it('holds senders up while the slowest reader has too much before it', async () => {
    const lag = new Lag(2, 100);
    lag.send(99);
    expect(await isOver(lag.untilRoom(never))).toBe(true);
    lag.send(1);
    const waiting = lag.untilRoom(never);
    lag.take(0, 100);
    expect(await isOver(waiting)).toBe(false);
    lag.take(1, 1);
    expect(await isOver(waiting)).toBe(true);
  });

  it('ends when every reader has everything, and counts for each of them', async () => {
    const lag = new Lag(3, 10);
    lag.send(10);
    const reading = lag.untilRead(never);
    for (const reader of [2, 0]) lag.take(reader, 10);
    lag.take(1, 9);
    expect(await isOver(reading)).toBe(false);
    lag.take(1, 1);
    expect(await isOver(reading)).toBe(true);
    expect(lag.read).toBe(30);
  });

  it('stops waiting when a reader has failed', async () => {
    const lag = new Lag(1, 1);
    lag.send(1);
    await expect(lag.untilRoom(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
