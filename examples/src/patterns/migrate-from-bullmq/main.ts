// What an application of BullMQ becomes: the same jobs, delays, tries, results and schedules, line by line beside
// `examples/before/src/bullmq/before.ts`. Both print the same.

import { connect, Reject } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';

interface Image {
  readonly file: string;
}

const IMAGES = 'example.images';
const SCHEDULE = 'example.of-the-day';

// #region queue
await using client = await connect({ brokers: process.argv[2] ?? '127.0.0.1:7650' });
await makeAnew(client, {
  topics: [{ name: IMAGES }],
  shareGroups: [
    {
      group: IMAGES,
      topics: [IMAGES],
      config: {
        maxDeliveries: 3,
        backoff: 'fixed',
        backoffBaseMs: 50,
        jitter: 'none',
        resultTtlMs: 3_600_000,
      },
    },
  ],
  schedules: [SCHEDULE],
});
const images = client.jobs<Image, string>(IMAGES, { group: IMAGES });
// #endregion

// #region worker
const tried: string[] = [];
const worker = client.worker<Image, string>({
  group: IMAGES,
  topics: IMAGES,
  concurrency: 4,
  results: true,
  handler: ({ value: { file }, deliveries }) => {
    tried.push(file);
    if (file === 'broken.jpg') throw new Reject('not an image');
    if (file === 'lake.jpg' && deliveries === 1) throw new Error('try again');
    return `small-${file}`;
  },
});
// #endregion

// #region jobs
const sea = await images.enqueue({ file: 'sea.jpg' }, { dedupId: 'sea' });
console.log('result', (await images.waitFor(sea)).result);
const again = await images.enqueue({ file: 'sea.jpg' }, { dedupId: 'sea' });
console.log('the same job', again === sea);

const lake = await images.enqueue({ file: 'lake.jpg' });
console.log('result', (await images.waitFor(lake)).result);
console.log('tries', tried.filter((name) => name === 'lake.jpg').length);

const soon = await images.enqueue({ file: 'hill.jpg' }, { delayMs: 300 });
const never = await images.enqueue({ file: 'moon.jpg' }, { delayMs: 3_600_000 });
await images.cancel(never);
console.log('result', (await images.waitFor(soon)).result);

const broken = await images.enqueue({ file: 'broken.jpg' });
console.log('failed', (await images.waitFor(broken)).lastError);
// #endregion

// #region schedule
await client.admin.createSchedule({
  name: SCHEDULE,
  topic: IMAGES,
  everyMs: 1_000,
  value: { file: 'of-the-day.jpg' },
  replace: true,
});
while (!tried.includes('of-the-day.jpg')) await new Promise((resolve) => setTimeout(resolve, 20));
console.log('done', 'of-the-day.jpg');
await client.admin.deleteSchedule(SCHEDULE);
// #endregion
await worker.close();
