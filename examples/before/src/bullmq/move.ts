// Moves the jobs that wait in a queue of BullMQ to a topic of Millrace, or back. Nobody works on the end that is moved away
// from meanwhile. A job is taken away at one end after it is safe at the other, so a crash loses nothing; what is then sent
// again, the other end drops by its id.
// Usage: move forth|back QUEUE HOST:PORT-OF-REDIS TOPIC HOST:PORT. The topic's share group has its name.

import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Message } from '@millrace/client';
import { type Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';

const [way, name = '', redis = '', topic = '', brokers = ''] = process.argv.slice(2);
const [host = '127.0.0.1', port = '6379'] = redis.split(':');
const queue = new Queue<unknown>(name, { connection: { host, port: Number(port) } });
const store = new Redis(Number(port), host);
await using client = await connect({ brokers });
const jobs = client.jobs(topic, { group: topic });

// #region forth
async function forth(): Promise<number> {
  for (const { key, every, pattern, tz, template } of await queue.getJobSchedulers()) {
    const timing = pattern ? { cron: pattern, timeZone: tz } : { everyMs: Number(every) };
    const value = template?.data ?? null;
    await client.admin.createSchedule({ name: key, topic, ...timing, value, replace: true });
    await queue.removeJobScheduler(key);
  }
  for (let moved = 0; ; ) {
    const found = await queue.getJobs(['waiting', 'prioritized', 'delayed'], 0, 99, true);
    if (found.length === 0) return moved;
    for (const job of found) {
      await moveJob(job);
      moved += 1;
    }
  }
}

async function moveJob(job: Job<unknown>): Promise<void> {
  await jobs.enqueue(job.data, {
    headers: { 'job-name': job.name },
    delayMs: Math.max(0, (await dueMs(job)) - Date.now()),
    maxDeliveries: job.opts.attempts || 1, // 0, unless it says more: one try
    dedupId: `bullmq/${name}/${job.id}`,
  });
  await job.remove();
}

/** `job.delay` counts from when the job was delayed last, which the job does not tell. BullMQ keeps ms * 4096 as a score. */
async function dueMs({ id = '' }: Job<unknown>): Promise<number> {
  return Math.floor(Number(await store.zscore(queue.toKey('delayed'), id)) / 4_096);
}
// #endregion

// #region back
async function back(): Promise<number> {
  let moved = 0;
  const give = async (message: Message<unknown>, delay: number) => {
    const job = message.header('job-name') ?? 'job';
    await queue.add(job, message.value, { jobId: message.id, delay });
    moved += 1;
  };
  // What is due comes as to any worker.
  const worker = client.worker({
    group: topic,
    topics: topic,
    handler: (message) => give(message, 0),
  });
  while (!(await isDrained())) await sleep(50);
  await worker.close();
  // What waits for its time is looked at, copied, and then cancelled here.
  for await (const { id, untilMs } of jobs.list('scheduled')) {
    const { message } = await client.admin.message(topic, id);
    if (message === null) continue; // the log no longer has it
    await give(message, Math.max(0, (untilMs ?? 0) - Date.now()));
    await jobs.cancel(id);
  }
  return moved;
}

async function isDrained(): Promise<boolean> {
  const { fresh, ready, leased, parked } = (await client.admin.counters(topic)).totals;
  return fresh + ready + leased + parked === 0;
}
// #endregion

const go = new Map([
  ['forth', forth],
  ['back', back],
]).get(way ?? '');
if (go === undefined) throw new Error(`move forth|back, not ${way}`);
console.log('moved', await go());
await queue.close();
store.disconnect();
