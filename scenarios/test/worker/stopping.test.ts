// When a worker is at its end: told, or with as many messages as it was to take.

import { expect, test } from 'vitest';
import { Stopping } from '../../src/worker/stopping.ts';

test('without knobs only a word ends it', () => {
  const stopping = new Stopping({ messageLimit: 0, idleTimeoutSeconds: 0 });
  stopping.take(1_000_000);
  expect(stopping.isOver).toBe(false);
  stopping.tell();
  expect([stopping.isOver, stopping.isTold, stopping.signal.aborted]).toEqual([true, true, true]);
});

test('a limit of messages leaves room for the rest of it', () => {
  const stopping = new Stopping({ messageLimit: 5, idleTimeoutSeconds: 0 });
  stopping.take(3);
  expect([stopping.room, stopping.isOver]).toEqual([2, false]);
  stopping.take(2);
  expect([stopping.room, stopping.isOver, stopping.isTold]).toEqual([0, true, false]);
});

test('idle for too long is over; a message starts the time anew', async () => {
  const stopping = new Stopping({ messageLimit: 0, idleTimeoutSeconds: 0.05 });
  await expect.poll(() => stopping.isOver).toBe(true);
  stopping.take(1);
  expect(stopping.idleSecondsLeft).toBeGreaterThan(0);
});
