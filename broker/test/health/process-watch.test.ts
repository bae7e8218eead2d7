// The watchdogs of the process, with a clock and a heap of the test's own.

import { openLog } from '@millrace/options';
import { expect, test } from 'vitest';
import { LOOK_MS, ProcessWatch } from '../../src/health/process-watch.ts';

function watched(options = { eventLoopWarning: 500, heapWarning: 0 }) {
  const lines: Record<string, unknown>[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const { log } = openLog({ level: 'debug', format: 'json', sink });
  const at = { nowMs: 0, used: 10, limit: 100 };
  const watch = new ProcessWatch(options, {
    nowMs: () => at.nowMs,
    heap: () => ({ used: at.used, limit: at.limit }),
    log,
  });
  watch.start();
  watch.stop();
  const after = (ms: number) => {
    at.nowMs += ms;
    watch.look();
  };
  return { watch, at, lines, after, events: () => lines.map(({ event }) => event) };
}

test('an event loop that comes round in time is no trouble; one held up is counted and told once [A-101]', () => {
  const { watch, lines, after } = watched();
  for (let at = 0; at < 50; at += 1) after(LOOK_MS + 20);
  expect([watch.heldUpTotal, lines, watch.troubles()]).toEqual([0, [], []]);
  after(LOOK_MS + 700);
  after(LOOK_MS + 600);
  expect(watch.heldUpTotal).toBe(2);
  expect(lines).toMatchObject([{ event: 'event_loop_held_up', heldUpMs: 700, level: 'warn' }]);
  // Short enough for the log alone.
  expect(watch.troubles()).toEqual([]);
});

test('after a long stop nothing should be sent here for a while [A-100]', () => {
  const { watch, after } = watched();
  after(LOOK_MS + 3_000);
  expect(watch.troubles()).toMatchObject([
    { code: 'event_loop_held_up', text: expect.stringContaining('3000 ms') },
  ]);
  for (let at = 0; at < 100; at += 1) after(LOOK_MS);
  expect(watch.troubles()).toEqual([]);
});

test('a heap that is nearly used up is told once, and once when it has room again [A-102]', () => {
  const { watch, at, after, events } = watched();
  const seconds = (count: number) => {
    for (let look = 0; look < 10 * count; look += 1) after(LOOK_MS);
  };
  seconds(2);
  at.used = 81;
  seconds(3);
  expect([watch.isHeapHigh, events()]).toEqual([true, ['heap_high']]);
  at.used = 79;
  seconds(3);
  expect([watch.isHeapHigh, events()]).toEqual([true, ['heap_high']]);
  at.used = 60;
  seconds(1);
  expect([watch.isHeapHigh, events()]).toEqual([false, ['heap_high', 'heap_calm']]);
});

test('the bound of the heap can be given in bytes [A-102]', () => {
  const { watch, at, after } = watched({ eventLoopWarning: 500, heapWarning: 20 });
  at.used = 21;
  for (let look = 0; look < 10; look += 1) after(LOOK_MS);
  expect(watch.isHeapHigh).toBe(true);
});
