// Three members of a group as processes, one killed with SIGKILL: its partitions go to the others when its session is over,
// and the others work on all the while.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, describe, expect, it } from 'vitest';
import { gapsOf, type Handled, MemberProcess, until } from './support/member-process.ts';

const PARTITIONS = 6;
const SESSION_MS = 2_000;
/** Far more than it takes: the machine may be busy with other things. */
const SLACK_MS = 8_000;
const EVERY_MS = 20;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanups.splice(0).toReversed()) await step();
});

async function start(members: number, options: object = {}) {
  const directory = new TemporaryDirectory('millrace-rebalance-');
  cleanups.push(() => directory.remove());
  const broker = await BrokerProcess.start({ dataDir: directory.path });
  cleanups.push(() => broker.end('SIGKILL'));
  const client = await connect({ brokers: broker.address, logger: null });
  cleanups.push(() => client.close({ timeoutMs: 100 }));
  await client.admin.createTopic({ name: 't', partitions: PARTITIONS });
  const group = Array.from({ length: members }, (_, at) => {
    const own = { sessionTimeoutMs: SESSION_MS, commitIntervalMs: 100, memberId: `m${at}` };
    const member = new MemberProcess(broker.address, 't', 'g', { ...own, ...options });
    cleanups.push(() => member.end('SIGKILL'));
    return member;
  });
  return { client, group };
}

/** A record to every partition, every so often, until it is told to stop. */
async function feed(client: Client, isOver: () => boolean): Promise<void> {
  const producer = client.producer();
  for (let value = 0; !isOver(); value += 1) {
    const batch = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value }));
    await producer.sendBatch('t', batch);
    await sleep(EVERY_MS);
  }
}

/** What the broker says each member has, by its id. */
async function shares(client: Client): Promise<Map<string, number[]>> {
  const { members } = await client.admin.describeGroup('g');
  return new Map(
    members.map(({ memberId, assigned }) => [memberId, assigned.flatMap((of) => of.partitions)]),
  );
}

async function untilShared(client: Client, members: number): Promise<Map<string, number[]>> {
  let found = new Map<string, number[]>();
  await until(
    async () => {
      found = await shares(client).catch(() => found);
      const all = [...found.values()];
      const fair = Math.floor(PARTITIONS / members);
      return (
        all.length === members &&
        all.every(({ length }) => length >= fair) &&
        all.flat().length === PARTITIONS
      );
    },
    () => `shared by ${members}: ${JSON.stringify([...found])}`,
  );
  return found;
}

async function endOffsets(client: Client): Promise<number[]> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const at = 'latest' as const;
  const answers = await client.admin.listOffsets(
    partitions.map((partition) => ({ topic: 't', partition, at })),
  );
  return answers.map(({ offset }) => offset);
}

/** The longest time between two records of a partition, ms, among those handled in a span of time. */
function longestPause(handled: readonly Handled[], fromMs: number, toMs: number): number {
  const times = handled
    .map(({ atMs }) => atMs)
    .filter((atMs) => atMs >= fromMs && atMs <= toMs)
    .toSorted((a, b) => a - b);
  return [fromMs, ...times, toMs].reduce(
    ([longest = 0, before = fromMs], atMs) => [Math.max(longest, atMs - before), atMs],
    [0, fromMs],
  )[0] as number;
}

describe('a group of processes', () => {
  it('takes over from a member that is killed, while the others go on', async () => {
    const { client, group } = await start(3);
    let isOver = false;
    const feeding = feed(client, () => isOver);
    const before = await untilShared(client, 3);
    await until(
      () => group.every(({ handled }) => handled.length > 10),
      () => 'all handle some',
    );
    const [victim, ...others] = group as [MemberProcess, ...MemberProcess[]];
    const orphans = before.get('m0') ?? [];
    const killedAt = Date.now();
    await victim.end('SIGKILL');
    const takenOver = (partition: number) =>
      others
        .flatMap(({ handled }) => handled)
        .filter((each) => each.partition === partition && each.atMs > killedAt)
        .reduce((least, { atMs }) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
    await until(
      () => orphans.every((partition) => takenOver(partition) < Number.POSITIVE_INFINITY),
      () => `${orphans.join()} taken over`,
    );
    const recoveredMs = Math.max(...orphans.map(takenOver)) - killedAt;
    await untilShared(client, 2);
    isOver = true;
    await feeding;
    const ends = await endOffsets(client);
    const gaps = () =>
      gapsOf(
        group.flatMap(({ handled }) => handled),
        ends,
      );
    await until(
      () => gaps().length === 0,
      () => `handled ${gaps().slice(0, 5).join()}`,
    );
    // What they had before, they had all the while.
    const pauses = others.map(({ handled }, at) => {
      const mine = before.get(`m${at + 1}`) ?? [];
      const kept = handled.filter(({ partition }) => mine.includes(partition));
      return longestPause(kept, killedAt, killedAt + recoveredMs);
    });
    console.log(
      `recovered ${recoveredMs} ms after the kill (session ${SESSION_MS} ms); others paused ${pauses.join()} ms at most`,
    );
    expect(orphans.length).toBe(2);
    expect(recoveredMs).toBeGreaterThan(SESSION_MS / 2);
    expect(recoveredMs).toBeLessThan(SESSION_MS + SLACK_MS);
    expect(Math.max(...pauses)).toBeLessThan(SESSION_MS);
    await Promise.all(others.map((member) => member.end('SIGTERM')));
    expect(others.map(({ complaints }) => complaints)).toEqual(['', '']);
    const { offsets } = await client.admin.describeGroup('g');
    expect(offsets.map(({ lag }) => lag)).toEqual(ends.map(() => 0));
  }, 120_000);

  it('moves partitions to a member that comes and back from one that leaves, with nothing missed or done twice', async () => {
    const { client, group } = await start(2);
    let isOver = false;
    const feeding = feed(client, () => isOver);
    await untilShared(client, 2);
    await until(
      () => group.every(({ handled }) => handled.length > 10),
      () => 'all handle some',
    );
    const [first, second] = group as [MemberProcess, MemberProcess];
    await second.end('SIGTERM');
    await untilShared(client, 1);
    await sleep(200);
    isOver = true;
    await feeding;
    const ends = await endOffsets(client);
    const all = () => group.flatMap(({ handled }) => handled);
    await until(
      () => gapsOf(all(), ends).length === 0,
      () => 'all handled',
    );
    await first.end('SIGTERM');
    const offsets = all().flatMap(({ partition, first: from, last }) =>
      Array.from({ length: last - from + 1 }, (_, at) => `${partition}/${from + at}`),
    );
    expect(offsets.length).toBe(new Set(offsets).size);
    expect(group.map(({ complaints }) => complaints)).toEqual(['', '']);
  }, 120_000);
});
