// One of several worker processes. What it may do at a time and in a second is no business of it alone: the group's
// `maxInFlight` and the permits hold for all of them. Prints a line when a call begins and one when it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@millrace/client';
import { withPermit } from './permits.ts';

const [brokers = '127.0.0.1:7650', calls = '5', perMs = '500'] = process.argv.slice(2);
const rate = { name: 'example.mail-permits', calls: Number(calls), perMs: Number(perMs) };
const client = await connect({ brokers, clientName: 'mailer' });

function say(event: 'begin' | 'end'): void {
  process.stdout.write(`${JSON.stringify({ event, atMs: Date.now() })}\n`);
}

// #region worker
const worker = client.worker({
  group: 'example.mails',
  topics: 'example.mails',
  concurrency: 10, // of this process
  prefetch: 0, // takes nothing ahead: what waits here would count for all
  handler: async (_message, { signal }) => {
    await withPermit(client, rate, signal, async () => {
      say('begin');
      await sleep(20); // the call that the other side limits
      say('end');
    });
  },
});
// #endregion
process.once('SIGTERM', () => void worker.close());
await worker.finished;
await client.close();
