// Every order makes exactly one bill, although the program that writes the bills is killed in the middle of its work.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@millrace/client';
import { endWithMe } from '../../support/end-with-me.ts';
import { makeAnew } from '../../support/make-anew.ts';

const COUNT = 600;
const CUSTOMERS = 10;
const GROUP = 'example.billing';
const ORDERS = 'example.billing.orders';
const BILLS = 'example.billing.bills';
const REVIEWS = 'example.billing.reviews';
const TRANSFORM = fileURLToPath(new URL('./transform.js', import.meta.url));

interface Bill {
  readonly order: number;
  readonly total: number;
}

async function sendOrders(client: Client): Promise<number> {
  const orders = Array.from({ length: COUNT }, (_, number) => ({
    key: `customer-${number % CUSTOMERS}`,
    value: { number, pieces: 1 + (number % 7), price: 10 + (number % 300) },
  }));
  await client.producer().sendBatch(ORDERS, orders);
  return orders.reduce((sum, { value }) => sum + value.pieces * value.price, 0);
}

/** How many orders are billed and committed as read: both are one commit. */
async function committed(client: Client): Promise<number> {
  const offsets = await client.admin.groupOffsets(GROUP);
  return offsets.reduce((sum, { offset }) => sum + offset, 0);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

function startTransformer(brokers: string, delayMs: number): ChildProcess {
  const args = [TRANSFORM, brokers, `${delayMs}`];
  return endWithMe(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

// #region count
async function readBills(client: Client): Promise<Map<string, Bill[]>> {
  const { partitions } = await client.admin.describeTopic(BILLS);
  let left = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  const bills = new Map<string, Bill[]>();
  for await (const { key, value } of client.consumer<Bill>({ topics: BILLS })) {
    const ofCustomer = bills.get(key ?? '') ?? [];
    bills.set(key ?? '', [...ofCustomer, value]);
    left -= 1;
    if (left === 0) break;
  }
  return bills;
}
// #endregion

async function play(client: Client, brokers: string): Promise<boolean> {
  const topics = [ORDERS, BILLS, REVIEWS].map((name) => ({ name, partitions: 4 }));
  await makeAnew(client, { topics, consumerGroups: [GROUP] });
  const worth = await sendOrders(client);
  console.log(`${COUNT} orders of ${CUSTOMERS} customers, worth ${worth}`);

  // #region crash
  const first = startTransformer(brokers, 20);
  await until(async () => (await committed(client)) >= COUNT / 10);
  await end(first, 'SIGKILL');
  const done = await committed(client);
  const wasInTheMiddle = done < COUNT;
  console.log(`killed in the middle: ${wasInTheMiddle}`);

  const second = startTransformer(brokers, 0);
  await until(async () => (await committed(client)) === COUNT);
  await end(second, 'SIGTERM');
  // #endregion

  const bills = await readBills(client);
  const all = [...bills.values()].flat();
  const billed = new Set(all.map(({ order }) => order));
  const total = all.reduce((sum, bill) => sum + bill.total, 0);
  const isOrdered = [...bills.values()].every((ofCustomer) =>
    ofCustomer.every(({ order }, at) => at === 0 || order > (ofCustomer[at - 1]?.order ?? order)),
  );
  console.log(`${all.length} bills, worth ${total}`);
  console.log(`billed twice: ${all.length - billed.size}, not billed: ${COUNT - billed.size}`);
  console.log(`each customer's bills in the order of the orders: ${isOrdered}`);
  const isExact = all.length === COUNT && billed.size === COUNT && total === worth;
  return wasInTheMiddle && isExact && isOrdered;
}

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
await using client = await connect({ brokers, clientName: 'consume-transform-produce' });
process.exitCode = (await play(client, brokers)) ? 0 : 1;
