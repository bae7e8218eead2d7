// Simulated clients hear that they are to stop as the processes they are.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { pause } from '../history/clients/pause.mjs';
import { type Process, Scheduler } from './scheduler.ts';
import { Stop } from './stop.ts';

let scheduler: Scheduler;
let stop: Stop;
/** Who did what, as whom. */
let done: string[];
let isOver: boolean;

beforeEach(() => {
  scheduler = new Scheduler(() => 0.5);
  scheduler.install();
  stop = new Stop(scheduler);
  done = [];
  isOver = false;
});

afterEach(() => scheduler.uninstall());

/** It works until it is told to stop, and needs a while to end. */
function join(name: string): Process {
  return stop.join(({ running, stopping }, ended) => {
    const process = scheduler.process(name);
    const end = async () => {
      await stopping;
      done.push(`${name} hears as ${scheduler.running.name}, stopped: ${running.stopped}`);
      await pause(10);
      done.push(`${name} ends as ${scheduler.running.name}`);
      ended();
    };
    scheduler.schedule(process, 0, () => void end());
    return process;
  });
}

async function pass(ms: number): Promise<void> {
  const endAt = scheduler.nowMs + ms;
  scheduler.schedule(scheduler.process('time'), ms, () => undefined);
  while (scheduler.nowMs < endAt) await scheduler.step();
}

async function begin(): Promise<void> {
  await pass(1);
  const wait = async () => {
    await stop.all();
    isOver = true;
  };
  scheduler.schedule(scheduler.process('settling'), 0, () => void wait());
}

test('each hears and ends as itself, and is waited for', async () => {
  join('one');
  join('other');
  await begin();
  await pass(5);
  expect(isOver).toBe(false);
  await pass(100);
  expect(done.toSorted()).toEqual([
    'one ends as one',
    'one hears as one, stopped: true',
    'other ends as other',
    'other hears as other, stopped: true',
  ]);
  expect(isOver).toBe(true);
});

test('who was killed hears nothing, and nobody is taken for ended in its place', async () => {
  const killed = join('killed');
  const frozen = join('frozen');
  await pass(1);
  stop.forget(killed);
  scheduler.kill(killed);
  scheduler.freeze(frozen);
  await begin();
  await pass(1_000);
  expect(done).toEqual([]);
  expect(isOver).toBe(false);
  scheduler.thaw(frozen);
  await pass(100);
  expect(done).toEqual(['frozen hears as frozen, stopped: true', 'frozen ends as frozen']);
  expect(isOver).toBe(true);
});
