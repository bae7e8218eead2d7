// A broker process that is stopped for seconds and goes on (SIGSTOP and SIGCONT; a machine that slept): nothing is lost by time
// that its holder kept up meanwhile, and /readyz tells of it. [A-100] [C-46] [L-131]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBatch } from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WireClient } from '../rim/wire-client.ts';
import { isBuilt, startBroker } from './broker-process.ts';

/** What lease and session have when the broker stops; they are over when it goes on. */
const SHORT_MS = 3_000;
const LONG_MS = 600_000;
const MEMBER = { group: 'readers', memberId: 'm', sessionTimeoutMs: SHORT_MS } as const;

let dir = '';
let broker: ReturnType<typeof startBroker> | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-stopped-'));
});

afterEach(() => {
  // It takes a process that stands still, too, and one that has ended is none the worse.
  broker?.child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function leased(worker: WireClient, visibilityTimeoutMs: number) {
  const body = { group: 'g', topics: ['t'], memberId: 'w', visibilityTimeoutMs };
  const [lease] = (await worker.ask('Receive', body)).body?.leases ?? [];
  if (lease === undefined) throw new Error('nothing was leased');
  const { topicId, partition, firstOffset, lastOffset, token, deadlineMs } = lease;
  return { item: { topicId, partition, firstOffset, lastOffset, token }, deadlineMs };
}

describe.skipIf(!isBuilt)('a broker that stood still (needs `npm run build`)', () => {
  test('keeps the leases and the members that were kept up meanwhile, and says why it is not ready', async () => {
    broker = startBroker(dir);
    const { port, adminPort } = await broker.ready;
    const [worker, member, other] = await Promise.all([
      WireClient.greeted(port),
      WireClient.greeted(port),
      WireClient.greeted(port),
    ]);
    const topicId = (await worker.ask('CreateTopic', { name: 't' })).body?.topicId ?? -1;
    await worker.ask('CreateShareGroup', { group: 'g', topics: ['t'] });
    const batch = encodeBatch([{ value: Buffer.from('a') }, { value: Buffer.from('b') }], {
      nowMs: Date.now(),
    });
    await worker.ask('Produce', { batches: [{ topicId, partition: 0, batch }] });
    const long = await leased(worker, LONG_MS);
    const joined = await member.ask('GroupHeartbeat', { ...MEMBER, memberEpoch: 0, topics: ['t'] });
    const short = await leased(worker, SHORT_MS);

    broker.child.kill('SIGSTOP');
    const readyz = fetch(`http://127.0.0.1:${adminPort}/readyz`);
    other.send('Receive', 1, { group: 'g', topics: ['t'], memberId: 'o', maxWaitMs: 500 });
    worker.send('Acknowledge', 1, {
      group: 'g',
      items: [{ ...short.item, kind: 'extend', delayMs: LONG_MS }],
    });
    const memberEpoch = joined.body?.memberEpoch ?? -1;
    member.send('GroupHeartbeat', 1, { ...MEMBER, memberEpoch });
    await sleep(short.deadlineMs + 500 - Date.now());
    broker.child.kill('SIGCONT');

    const extended = await worker.next('Acknowledge');
    expect(extended.body?.results[0]?.outcomes).toMatchObject([{ errorCode: 0 }]);
    expect((await member.next('GroupHeartbeat')).body?.memberEpoch).toBe(memberEpoch);
    expect((await other.next('Receive')).body?.leases).toEqual([]);
    const reply = await readyz;
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ reasons: [{ code: 'event_loop_held_up' }] });
    const items = [long, short].map(({ item }) => ({ ...item, kind: 'accept' as const }));
    const accepted = await worker.ask('Acknowledge', { group: 'g', items });
    const outcomes = accepted.body?.results.flatMap((result) => result.outcomes) ?? [];
    expect(outcomes.map(({ errorCode }) => errorCode)).toEqual([0, 0]);
    expect(await broker.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  // `npm run faults`: it takes as long as the broker distrusts itself.
  test.runIf(process.env['MILLRACE_FAULTS'] === 'whole')(
    'is ready again by itself',
    async () => {
      broker = startBroker(dir);
      const { adminPort } = await broker.ready;
      const statusOf = async () => (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status;
      expect(await statusOf()).toBe(200);
      broker.child.kill('SIGSTOP');
      const during = statusOf();
      await sleep(SHORT_MS);
      broker.child.kill('SIGCONT');
      expect(await during).toBe(503);
      await expect.poll(statusOf, { timeout: 60_000, interval: 100 }).toBe(200);
      expect(await broker.stop()).toMatchObject({ code: 0, stderr: '' });
    },
    90_000,
  );
});
