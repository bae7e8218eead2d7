// The broker is restarted several times while a group consumes: every record is handled, committed offsets never go back,
// nothing is left unhandled, and the processes end by themselves.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect } from '@millrace/client';
import { BrokerProcess, TemporaryDirectory } from '@millrace/harness';
import { afterEach, describe, expect, it } from 'vitest';
import { gapsOf, MemberProcess, until } from './support/member-process.ts';

const PARTITIONS = 4;
const RESTARTS = 4;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanups.splice(0).toReversed()) await step();
});

/** Produces until it is told to stop; a batch that may or may not be in the log is sent again. */
async function produce(client: Client, isOver: () => boolean): Promise<number> {
  const producer = client.producer();
  let sent = 0;
  while (!isOver()) {
    const batch = Array.from({ length: 50 }, (_, at) => ({ key: `k${at % 17}`, value: sent + at }));
    try {
      await producer.sendBatch('t', batch);
      sent += batch.length;
    } catch {
      await sleep(20);
    }
    await sleep(5);
  }
  return sent;
}

describe('a broker that is restarted under load', () => {
  it.each([
    ['batches, committed at intervals', { commitIntervalMs: 50 }],
    [
      'messages by key, committed at intervals',
      {
        commitIntervalMs: 50,
        run: { ordering: 'key', concurrency: 8 },
      },
    ],
    ['batches, each committed', { commit: 'each' }],
  ])(
    '%s',
    async (_, options) => {
      const directory = new TemporaryDirectory('millrace-restarts-');
      cleanups.push(() => directory.remove());
      let broker = await BrokerProcess.start({ dataDir: directory.path });
      cleanups.push(() => broker.end('SIGKILL'));
      const { address, port } = broker;
      const client = await connect({
        brokers: address,
        retry: { firstDelayMs: 10, maxDelayMs: 100 },
        logger: null,
      });
      cleanups.push(() => client.close({ timeoutMs: 100 }));
      await client.admin.createTopic({ name: 't', partitions: PARTITIONS });
      const members = [0, 1].map(() => new MemberProcess(address, 't', 'g', options));
      for (const member of members) cleanups.push(() => member.end('SIGKILL'));

      let isOver = false;
      const producing = produce(client, () => isOver);
      const highest = new Map<number, number>();
      const wentBack: string[] = [];
      const look = async () => {
        for (const { partition, offset } of await client.admin.groupOffsets('g')) {
          const before = highest.get(partition) ?? 0;
          if (offset < before) wentBack.push(`${partition}: ${before} to ${offset}`);
          highest.set(partition, offset);
        }
      };
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        const before = members.map(({ handled }) => handled.length);
        const hasGoneOn = () =>
          members.every(({ handled }, at) => handled.length > (before[at] ?? 0) + 3);
        await until(hasGoneOn, () => `members go on after restart ${restart}`);
        await look();
        await broker.end(restart % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
        broker = await BrokerProcess.start({
          dataDir: directory.path,
          flags: ['--port', String(port)],
        });
        await look();
      }
      await sleep(200);
      isOver = true;
      expect(await producing).toBeGreaterThan(0);

      const questions = Array.from({ length: PARTITIONS }, (__, partition) => ({
        topic: 't',
        partition,
        at: 'latest' as const,
      }));
      const ends = (await client.admin.listOffsets(questions)).map(({ offset }) => offset);
      const allHandled = () =>
        gapsOf(
          members.flatMap(({ handled }) => handled),
          ends,
        );
      await until(
        () => allHandled().length === 0,
        () => `handled ${allHandled().slice(0, 5).join()} of ${ends.join()}`,
      );
      await look();
      const exits = await Promise.all(members.map((member) => member.end('SIGTERM')));
      await look();
      expect(exits).toEqual([0, 0]);
      expect(members.map(({ complaints }) => complaints)).toEqual(['', '']);
      expect(wentBack).toEqual([]);
      expect([...highest].toSorted(([a], [b]) => a - b).map(([, offset]) => offset)).toEqual(ends);
    },
    120_000,
  );
});
