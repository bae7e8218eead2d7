// Twice asked, once done: ids that the broker drops copies by, the ledger of effects, a key that goes outside, and tokens
// that fence. Each is shown with what it cannot do. Run it with `npm run example -- idempotency-keys`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { MAILS, ORDERS, type Order, PRICES, type Price } from './names.ts';
import { Outside } from './outside.ts';

const brokers = process.argv[2] ?? '127.0.0.1:7650';
const path = temporaryFolder('keys');
const children = new Set<ChildProcess>();

function startWorker(kind: 'once' | 'key' | 'fenced', trouble = ''): ChildProcess {
  const file = fileURLToPath(new URL('./worker.js', import.meta.url));
  const args = [file, brokers, path, kind, trouble];
  const child = endWithMe(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  child.stdout.pipe(process.stdout, { end: false });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function stopAll(): Promise<void> {
  const ends = [...children].map((child) => once(child, 'exit'));
  for (const child of children) {
    child.kill('SIGCONT');
    child.kill('SIGTERM');
  }
  await Promise.all(ends);
}

/** Until the group has nothing left to do. */
async function untilDone(client: Client, group: string): Promise<void> {
  for (;;) {
    const { totals } = await client.admin.counters(group);
    const { fresh, ready, scheduled, leased, parked } = totals;
    if (fresh + ready + scheduled + leased + parked === 0) return;
    await sleep(20);
  }
}

async function dropCopies(client: Client): Promise<void> {
  // #region dedup
  const producer = client.producer<Order>();
  const order = { topic: ORDERS, value: { order: 'o-1' }, dedupId: 'o-1' };
  const first = await producer.send(order);
  const again = await producer.send(order); // or another process, after a crash
  console.log('  a copy?', first.duplicate, again.duplicate, again.offset === first.offset);
  // #endregion
}

/** Sends, starts a worker that is killed at its worst moment, and another one that goes on. */
async function withCrash(client: Client, kind: 'once' | 'key', order: string): Promise<void> {
  await client.producer<Order>().send({ topic: MAILS, value: { order } });
  await once(startWorker(kind, 'SIGKILL'), 'exit');
  startWorker(kind);
  await untilDone(client, MAILS);
  await stopAll();
}

async function fence(client: Client): Promise<void> {
  const prices = client.producer<Price>();
  await prices.send({ topic: PRICES, key: 'tea', value: { cents: 120 } });
  const frozen = startWorker('fenced', 'SIGSTOP');
  const leased = async () => (await client.admin.counters(PRICES)).totals.leased;
  while ((await leased()) === 0) await sleep(20);
  await prices.send({ topic: PRICES, key: 'tea', value: { cents: 140 } });
  startWorker('fenced');
  await untilDone(client, PRICES);
  frozen.kill('SIGCONT');
  await once(frozen.stdout ?? frozen, 'data');
}

await using client = await connect({ brokers });
const config = { visibilityTimeoutMs: 2_000, backoff: 'none' } as const;
await makeAnew(client, {
  topics: [
    { name: ORDERS, config: { dedup: 'id', dedupWindowMs: 3_600_000 } },
    { name: MAILS },
    { name: PRICES },
  ],
  shareGroups: [
    { group: MAILS, topics: [MAILS], config },
    { group: PRICES, topics: [PRICES], config: { ...config, ordering: 'key' } },
  ],
});
const outside = new Outside(path);
try {
  console.log('dedup ids');
  await dropCopies(client);

  console.log('the ledger of effects');
  await client
    .producer<Order>()
    .sendBatch(MAILS, [{ value: { order: 'o-1' } }, { value: { order: 'o-1' } }]);
  startWorker('once');
  await untilDone(client, MAILS);
  await stopAll();
  console.log('  two messages about an order, mails:', outside.sent('o-1'));
  await withCrash(client, 'once', 'o-2');
  console.log('  killed after the mail, before the ledger knew, mails:', outside.sent('o-2'));

  console.log('a key that goes outside');
  await withCrash(client, 'key', 'o-3');
  console.log('  killed after the mail, mails:', outside.sent('o-3'));

  console.log('fencing');
  await fence(client);
  console.log('  the price of tea, 120 and then 140:', outside.price('tea'));
} finally {
  await stopAll();
}
