// The shard's time: it follows the wall clock forwards, and never goes back with it.
import { expect, it } from 'vitest';
import { ShardClock } from '../../src/shard/clock.ts';

function clockAt(wallMs: number, startMs: number) {
  const host = { wall: wallMs, monotonic: 50 };
  const clock = new ShardClock(
    { wallMs: () => host.wall, monotonicMs: () => host.monotonic },
    startMs,
  );
  const pass = (ms: number) => {
    host.wall += ms;
    host.monotonic += ms;
  };
  return { host, clock, pass };
}

it('follows a wall clock that is set forwards', () => {
  const { host, clock, pass } = clockAt(1_000, 0);
  expect(clock.nowMs()).toBe(1_000);
  pass(10);
  expect(clock.nowMs()).toBe(1_010);
  host.wall += 86_400_000;
  expect(clock.nowMs()).toBe(86_401_010);
});

it('goes on at the pace of the monotonic clock while the wall clock is behind', () => {
  const { host, clock, pass } = clockAt(10_000, 0);
  expect(clock.nowMs()).toBe(10_000);
  host.wall -= 6_000;
  expect(clock.nowMs()).toBe(10_000);
  pass(2_500);
  expect(clock.nowMs()).toBe(12_500);
  // The wall is ahead again once it is set right.
  host.wall += 7_000;
  expect(clock.nowMs()).toBe(13_500);
});

it('begins where the store says that it was, although the wall clock was set back before the start', () => {
  const { host, clock, pass } = clockAt(3_000, 9_000);
  expect(clock.nowMs()).toBe(9_000);
  pass(100);
  expect(clock.nowMs()).toBe(9_100);
  host.wall = 20_000;
  expect(clock.nowMs()).toBe(20_000);
});

it('loses no time to being asked often', () => {
  const { host, clock } = clockAt(0, 5_000);
  for (let asked = 0; asked < 100; asked += 1) {
    host.monotonic += 1.75;
    clock.nowMs();
  }
  expect(clock.nowMs()).toBe(5_175);
});
