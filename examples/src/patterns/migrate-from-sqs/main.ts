// What an application of Amazon SQS becomes with the client of Millrace: the same queues, sends and workers, line by line
// beside `before.ts`. Both print the same.

import { connect, Reject } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

interface Invoice {
  readonly invoice: number;
}

const INVOICES = 'example.invoices';
const DEAD = 'example.invoices-dead';
const ACCOUNTS = 'example.accounts';

// #region connect
await using client = await connect({ brokers: process.argv[2] ?? '127.0.0.1:7650' });
// #endregion

// #region create
await makeAnew(client, {
  topics: [{ name: INVOICES }, { name: DEAD }, { name: ACCOUNTS, partitions: 4 }],
  shareGroups: [
    {
      group: INVOICES,
      topics: [INVOICES],
      deadLetterTopic: DEAD,
      config: { visibilityTimeoutMs: 30_000, maxDeliveries: 2, backoff: 'none' },
    },
    { group: ACCOUNTS, topics: [ACCOUNTS], config: { ordering: 'key' } },
  ],
});
// #endregion

// #region send
const producer = client.producer();
await producer.send({ topic: INVOICES, value: { invoice: 1 }, headers: { source: 'shop' } });
await producer.sendBatch(INVOICES, [
  { value: { invoice: 2 } },
  { value: { invoice: 3 }, delayMs: 1_000 },
]);
// #endregion

// #region receive
const paid: number[] = [];
const payments = client.worker<Invoice>({
  group: INVOICES,
  topics: INVOICES,
  handler: ({ value }) => {
    if (value.invoice === 2) throw new Error('no such account');
    paid.push(value.invoice);
  },
  onOutcome: () => {
    if (paid.length === 2) void payments.close();
  },
});
await payments.finished;
// #endregion
console.log('paid', paid.join(', '));

const deadLetters = client.consumer<Invoice>({ topics: DEAD });
for await (const { value } of deadLetters) {
  console.log('dead', JSON.stringify(value));
  break;
}
await deadLetters.close();

// #region fifo
for (const amount of [10, 20, 20]) {
  const dedupId = `alice-${amount}`;
  await producer.send({ topic: ACCOUNTS, key: 'alice', value: { amount }, dedupId });
}
const bookings = client.worker<{ amount: number }>({
  group: ACCOUNTS,
  topics: ACCOUNTS,
  handler: ({ value }) => {
    if (value.amount < 0) throw new Reject('nothing is booked back'); // dead now, without further tries
    console.log('booked', value.amount);
  },
  onOutcome: () => {
    if (bookings.stats.accepted === 2) void bookings.close();
  },
});
await bookings.finished;
// #endregion
