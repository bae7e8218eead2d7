// A fleet has as many members as it was told to have, also while some begin, end, die or fail to begin.

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Fleet, type Member } from '../../src/autoscaler/fleet.ts';

/** Begins when it is let, ends when it is told to. */
class Slow implements Member {
  readonly name: string;
  exit: object | undefined;
  begin: () => void = () => undefined;
  readonly begun: Promise<void>;

  constructor(name: string) {
    this.name = name;
    this.begun = new Promise((resolve) => {
      this.begin = resolve;
    });
  }

  async end(): Promise<object> {
    await turn();
    this.exit = { code: 0 };
    return this.exit;
  }
}

function slowFleet(): { fleet: Fleet<Slow>; members: Slow[] } {
  const members: Slow[] = [];
  const fleet = new Fleet(async (name) => {
    const member = new Slow(name);
    members.push(member);
    await member.begun;
    return member;
  });
  return { fleet, members };
}

const atWork = (members: readonly Slow[]) =>
  members.filter(({ exit }) => exit === undefined).map(({ name }) => name);

test('those that begin count already; the youngest go first', async () => {
  const { fleet, members } = slowFleet();
  fleet.resize(3);
  expect(fleet.count()).toBe(3);
  expect(fleet.everyone).toEqual([]);
  for (const member of members) member.begin();
  await fleet.settled();
  expect(fleet.everyone.map(({ name }) => name)).toEqual(['W1', 'W2', 'W3']);
  fleet.resize(1);
  expect(fleet.count()).toBe(1);
  await fleet.settled();
  expect(atWork(members)).toEqual(['W1']);
});

test('one that is taken away before it has begun ends as soon as it has', async () => {
  const { fleet, members } = slowFleet();
  fleet.resize(2);
  members[0]?.begin();
  fleet.resize(1);
  members[1]?.begin();
  await fleet.settled();
  expect(atWork(members)).toEqual(['W1']);
  expect(fleet.count()).toBe(1);
});

test('one that died is missing, and another one takes its place', async () => {
  const { fleet, members } = slowFleet();
  fleet.resize(2);
  for (const member of members) member.begin();
  await fleet.settled();
  await members[0]?.end();
  expect(fleet.count()).toBe(1);
  fleet.resize(2);
  expect(members.map(({ name }) => name)).toEqual(['W1', 'W2', 'W3']);
});

test('who cannot be started is told to whoever asks', async () => {
  const fleet = new Fleet<Slow>(() => Promise.reject(new Error('no such program')));
  fleet.resize(1);
  await expect(fleet.settled()).rejects.toThrow('no such program');
  expect(() => fleet.count()).toThrow('no such program');
});
