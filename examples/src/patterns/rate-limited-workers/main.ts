// Three worker processes share two limits: never more than 4 messages in hand, and never more than 5 calls in half a second.
// And a tenant with a thousand messages does not keep one with five waiting. Counts what the processes did.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';
import { createPermits } from './permits.ts';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const MAILS = 'example.mails';
const EXPORTS = 'example.exports';
const COUNT = 25;
const IN_FLIGHT_MAX = 4;
const RATE = { name: 'example.mail-permits', calls: 5, perMs: 500 };
/** Both clocks count whole milliseconds. */
const ROUNDING_MS = 2;

interface Line {
  readonly event: 'begin' | 'end';
  readonly atMs: number;
}

function startWorker(brokers: string, lines: Line[]): ChildProcess {
  const args = [WORKER, brokers, `${RATE.calls}`, `${RATE.perMs}`];
  const child = endWithMe(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line);
  });
  return child;
}

/** The most calls that were under way at a time. */
function mostAtATime(lines: readonly Line[]): number {
  const sorted = lines.toSorted((a, b) => a.atMs - b.atMs || (a.event === 'end' ? -1 : 1));
  let now = 0;
  let most = 0;
  for (const { event } of sorted) {
    now += event === 'begin' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

/** The most calls that began within any stretch of so many ms. */
function mostWithin(lines: readonly Line[], ms: number): number {
  const begins = lines.filter(({ event }) => event === 'begin').map(({ atMs }) => atMs);
  return Math.max(
    ...begins.map((from) => begins.filter((at) => at >= from && at < from + ms).length),
  );
}

async function sharedLimits(client: Client, brokers: string): Promise<boolean> {
  // #region in-flight
  const config = { maxInFlight: IN_FLIGHT_MAX }; // of each partition, over all workers
  await makeAnew(client, {
    topics: [{ name: MAILS, partitions: 1 }],
    shareGroups: [{ group: MAILS, topics: [MAILS], config }],
  });
  // #endregion
  await createPermits(client, RATE);
  const mails = Array.from({ length: COUNT }, (_, value) => ({ value }));
  await client.producer().sendBatch(MAILS, mails);

  const lines: Line[] = [];
  const workers = [1, 2, 3].map(() => startWorker(brokers, lines));
  while (lines.length < 2 * COUNT) await sleep(10);
  const exits = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(exits);

  const isFew = mostAtATime(lines) <= IN_FLIGHT_MAX;
  const isSlow = mostWithin(lines, RATE.perMs - ROUNDING_MS) <= RATE.calls;
  console.log(`${COUNT} mails by 3 processes`);
  console.log(`never more than ${IN_FLIGHT_MAX} at a time: ${isFew}`);
  console.log(`never more than ${RATE.calls} in ${RATE.perMs} ms: ${isSlow}`);
  return isFew && isSlow && lines.length === 2 * COUNT;
}

async function fairTenants(client: Client): Promise<boolean> {
  // #region tenants
  await makeAnew(client, {
    topics: [{ name: EXPORTS }],
    shareGroups: [{ group: EXPORTS, topics: [EXPORTS], config: { fairness: 'tenant' } }],
  });
  const of = (tenant: string, count: number) =>
    Array.from({ length: count }, () => ({ value: null, tenant }));
  await client.producer().sendBatch(EXPORTS, of('large', 1_000));
  await client.producer().sendBatch(EXPORTS, of('small', 5));
  // #endregion
  const begun: (string | undefined)[] = [];
  const worker = client.worker({
    group: EXPORTS,
    topics: EXPORTS,
    concurrency: 50,
    handler: async ({ tenant }) => {
      begun.push(tenant);
      await sleep(1);
      if (begun.length >= 1_005) void worker.close();
    },
  });
  await worker.finished;
  const before = begun.slice(0, begun.lastIndexOf('small')).filter((name) => name === 'large');
  console.log(`the small tenant waited for ${before.length} of the large one's 1000 messages`);
  return before.length < 100;
}

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
await using client = await connect({ brokers, clientName: 'rate-limited-workers' });
const areShared = await sharedLimits(client, brokers);
const areFair = await fairTenants(client);
process.exitCode = areShared && areFair ? 0 : 1;
