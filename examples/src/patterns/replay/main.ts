// A bug was found: revenue counted refunds as sales. The queue is played again from its log, from the first message that was
// done wrong, by a second share group with the mended handler; mails that went out are not sent again.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, connect, type Worker } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

const TOPIC = 'example.sales';
const OLD_GROUP = 'example.revenue';
const NEW_GROUP = 'example.revenue-2';
const AUDIT = 'example.audit';

interface Sale {
  readonly customer: string;
  readonly amount: number;
}

/** Stands for a table of a database: a row a message, so that a row written twice is one row. */
type Revenue = Map<string, number>;

/** Stands for another service: what it did cannot be undone. */
const mails: string[] = [];

const SALES: readonly Sale[] = [
  { customer: 'ada', amount: 100 },
  { customer: 'bob', amount: 50 },
  { customer: 'ada', amount: -30 },
  { customer: 'eve', amount: 20 },
  { customer: 'bob', amount: -50 },
];

// #region handler
function startWorker(
  client: Client,
  group: string,
  amountOf: (sale: Sale) => number,
  into: Revenue,
): Worker<Sale> {
  return client.worker<Sale>({
    group,
    topics: TOPIC,
    concurrency: 1,
    handler: async ({ id, value }, { once }) => {
      into.set(id, amountOf(value));
      const mail = `mail/${id}`;
      const earlier = await client.admin.effect(OLD_GROUP, mail); // of the first group
      if (earlier.state === 'done') return;
      await once(mail, async () => {
        mails.push(value.customer);
      });
    },
  });
}
// #endregion

async function drained(client: Client, group: string, worker: Worker<Sale>): Promise<void> {
  for (;;) {
    const { totals } = await client.admin.counters(group);
    const { fresh, ready, scheduled, leased, parked, blocked } = totals;
    if (fresh + ready + scheduled + leased + parked + blocked === 0) break;
    await sleep(10);
  }
  await worker.close();
}

function sum(revenue: Revenue): number {
  return [...revenue.values()].reduce((all, amount) => all + amount, 0);
}

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
await using client = await connect({ brokers, clientName: 'replay' });
const { admin } = client;

async function play(): Promise<boolean> {
  await makeAnew(client, {
    topics: [{ name: TOPIC }],
    shareGroups: [{ group: OLD_GROUP, topics: [TOPIC] }],
    shareGroupsLater: [NEW_GROUP],
    consumerGroups: [AUDIT],
  });
  const producer = client.producer<Sale>();
  const ids: string[] = [];
  for (const sale of SALES) {
    ids.push((await producer.send({ topic: TOPIC, value: sale })).id);
    await sleep(5); // so that the time of one is not that of the next
  }

  const wrong: Revenue = new Map();
  const before = startWorker(client, OLD_GROUP, ({ amount }) => Math.abs(amount), wrong);
  await drained(client, OLD_GROUP, before);
  console.log(`revenue with the bug: ${sum(wrong)}, mails: ${mails.length}`);

  // #region replay
  // From when on? From the first message that was done wrong, by the broker's clock.
  const { appendTimeMs } = await admin.message(OLD_GROUP, ids[2] ?? '');
  const startAt = { timestampMs: appendTimeMs ?? 0 };
  await admin.createShareGroup({ group: NEW_GROUP, topics: [TOPIC], startAt });
  const right: Revenue = new Map(wrong);
  const after = startWorker(client, NEW_GROUP, ({ amount }) => amount, right);
  await drained(client, NEW_GROUP, after);
  // #endregion
  const { acknowledged } = (await admin.counters(NEW_GROUP)).totals;
  console.log(`played again: ${acknowledged} of ${SALES.length}`);
  console.log(`revenue after it: ${sum(right)}, mails: ${mails.length}`);

  // #region by-offset
  await admin.resetGroupOffsets(AUDIT, { to: { offset: 3 }, topics: [TOPIC] });
  const audited: string[] = [];
  const audit = client.consumer<Sale>({ topics: TOPIC, group: AUDIT });
  for await (const { value } of audit) {
    audited.push(`${value.customer} ${value.amount}`);
    if (audited.length === 2) break;
  }
  await audit.close();
  console.log(`audited from offset 3: ${audited.join(', ')}`);
  // #endregion
  return sum(right) === 90 && mails.length === SALES.length && acknowledged === 3;
}

process.exitCode = (await play()) ? 0 : 1;
