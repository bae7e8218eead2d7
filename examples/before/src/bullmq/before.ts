// Before: jobs over BullMQ on Redis. What it prints is what `examples/src/patterns/migrate-from-bullmq/main.ts`, the program
// after the move, prints.
// Usage: before HOST:PORT of Redis.

import { Queue, QueueEvents, UnrecoverableError, Worker } from 'bullmq';

interface Image {
  readonly file: string;
}

const [host = '127.0.0.1', port = '6379'] = (process.argv[2] ?? '127.0.0.1:6379').split(':');
const connection = { host, port: Number(port), maxRetriesPerRequest: null };

// #region queue
const queue = new Queue<Image, string>('images', {
  connection,
  defaultJobOptions: {
    attempts: 3,
    backoff: { type: 'fixed', delay: 50 },
    removeOnComplete: { age: 3_600 },
  },
});
const events = new QueueEvents('images', { connection });
await events.waitUntilReady();
// #endregion

// #region worker
const tried: string[] = [];
const worker = new Worker<Image, string>(
  'images',
  async ({ data: { file } }) => {
    tried.push(file);
    if (file === 'broken.jpg') throw new UnrecoverableError('not an image');
    if (file === 'lake.jpg' && tried.filter((name) => name === file).length === 1) {
      throw new Error('try again');
    }
    return `small-${file}`;
  },
  { connection, concurrency: 4 },
);
// #endregion

// #region jobs
const sea = await queue.add('resize', { file: 'sea.jpg' }, { jobId: 'sea' });
console.log('result', await sea.waitUntilFinished(events));
const again = await queue.add('resize', { file: 'sea.jpg' }, { jobId: 'sea' });
console.log('the same job', again.id === sea.id);

const lake = await queue.add('resize', { file: 'lake.jpg' });
console.log('result', await lake.waitUntilFinished(events));
console.log('tries', tried.filter((name) => name === 'lake.jpg').length);

const soon = await queue.add('resize', { file: 'hill.jpg' }, { delay: 300 });
const never = await queue.add('resize', { file: 'moon.jpg' }, { delay: 3_600_000 });
await never.remove();
console.log('result', await soon.waitUntilFinished(events));

const broken = await queue.add('resize', { file: 'broken.jpg' });
await broken.waitUntilFinished(events).catch((error: Error) => {
  console.log('failed', error.message);
});
// #endregion

// #region schedule
await queue.upsertJobScheduler(
  'of-the-day',
  { every: 1_000 },
  { name: 'resize', data: { file: 'of-the-day.jpg' } },
);
while (!tried.includes('of-the-day.jpg')) await new Promise((resolve) => setTimeout(resolve, 20));
console.log('done', 'of-the-day.jpg');
await queue.removeJobScheduler('of-the-day');
// #endregion

await worker.close();
await events.close();
await queue.obliterate({ force: true });
await queue.close();
