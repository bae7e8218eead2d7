// Work that is to be done later, or again and again: delays, another time, never mind, and a calendar. The broker keeps the
// times; nothing here has a timer.

import { type Client, connect } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

const REMINDERS = 'example.reminders';
const GROUP = 'example.reminders';
const WEEKLY = 'example.weekly-report';
const HEARTBEAT = 'example.heartbeat';
const HOUR_MS = 3_600_000;

interface Reminder {
  readonly remind: string;
}

/** Does what is due, one after the other, and says so. Ends after so many. */
async function work(client: Client, count: number): Promise<string[]> {
  const done: string[] = [];
  // #region worker
  const worker = client.worker<Reminder>({
    group: GROUP,
    topics: REMINDERS,
    concurrency: 1,
    handler: async (message, { once }) => {
      const tick = message.header('millrace-schedule-tick');
      // Of one message, or of one tick, there is one mail, however often it is delivered.
      await once(`mail/${tick ?? message.id}`, async () => {
        done.push(message.value.remind);
        console.log(`mail: ${message.value.remind}`);
      });
    },
    onOutcome: () => {
      if (done.length >= count) void worker.close();
    },
  });
  await worker.finished;
  // #endregion
  return done;
}

async function oneTime(client: Client): Promise<boolean> {
  // #region one-time
  const jobs = client.jobs<Reminder>(REMINDERS, { group: GROUP });
  await jobs.enqueue({ remind: 'Eve, in a moment' }, { delayMs: 300 });
  const ada = await jobs.enqueue({ remind: 'Ada, sooner than planned' }, { delayMs: HOUR_MS });
  const inAnHour = new Date(Date.now() + HOUR_MS);
  const bob = await jobs.enqueue({ remind: 'Bob' }, { deliverAt: inAnHour });

  await client.admin.rescheduleMessages(GROUP, [ada], 600);
  await jobs.cancel(bob);
  // #endregion
  const done = await work(client, 2);
  const { state, deadReason } = await jobs.get(bob);
  console.log(`Bob: ${state}, ${deadReason}`);
  return done.join() === 'Eve, in a moment,Ada, sooner than planned' && deadReason === 'cancelled';
}

async function recurring(client: Client): Promise<boolean> {
  const { admin } = client;
  // #region recurring
  const weekly = {
    name: WEEKLY,
    topic: REMINDERS,
    cron: '0 7 * * MON',
    timeZone: 'Europe/Berlin',
    value: { remind: 'the report' },
  } as const;
  const { nextTicksMs } = await admin.createSchedule({ ...weekly, dryRun: true });
  console.log(`the next ${nextTicksMs.length} ticks are known before it is made`);
  await admin.createSchedule(weekly);
  await admin.createSchedule({ ...weekly, cron: '0 9 * * MON', replace: true });
  await admin.createSchedule({
    name: HEARTBEAT,
    topic: REMINDERS,
    cron: '* * * * * *', // with seconds first: each second
    value: { remind: 'the clock' },
  });
  const done = await work(client, 2);
  await admin.pauseSchedule(HEARTBEAT);
  const schedules = await admin.listSchedules({ names: [HEARTBEAT, WEEKLY] });
  for (const { name, cron, paused } of schedules) console.log(name, cron, paused);
  // #endregion
  return done.join() === 'the clock,the clock';
}

const [brokers = '127.0.0.1:7650'] = process.argv.slice(2);
await using client = await connect({ brokers, clientName: 'scheduled-work' });
await makeAnew(client, {
  topics: [{ name: REMINDERS }],
  shareGroups: [{ group: GROUP, topics: [REMINDERS] }],
  schedules: [HEARTBEAT, WEEKLY],
});
const isOnce = await oneTime(client);
const isAgain = await recurring(client);
for (const name of [HEARTBEAT, WEEKLY]) await client.admin.deleteSchedule(name);
process.exitCode = isOnce && isAgain ? 0 : 1;
