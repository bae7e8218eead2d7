// The move from BullMQ, played through with both ends real: the mover is killed in the middle, and then all goes back.
// Counts at the end.
// Usage: rehearse HOST:PORT-OF-REDIS HOST:PORT.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@millrace/client';
import { Queue } from 'bullmq';

const [redis = '127.0.0.1:6379', brokers = '127.0.0.1:7650'] = process.argv.slice(2);
const [host = '', port = ''] = redis.split(':');
const QUEUE = 'rehearsal';
const TARGET = 'example.rehearsal-of-bullmq';
const COUNT = 300;
const DELAYED = 10;
const MOVE = fileURLToPath(new URL('./move.js', import.meta.url));

const queue = new Queue<{ number: number }>(QUEUE, { connection: { host, port: Number(port) } });
await using client = await connect({ brokers });

function move(way: 'forth' | 'back', stdout: 'ignore' | 'inherit'): ChildProcess {
  const args = [MOVE, way, QUEUE, redis, TARGET, brokers];
  return spawn(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'] });
}

async function moved(): Promise<{ all: number; scheduled: number }> {
  const { totals } = await client.admin.counters(TARGET);
  return { all: totals.fresh + totals.ready + totals.scheduled, scheduled: totals.scheduled };
}

// #region target
await client.admin.createTopic({
  name: TARGET,
  config: { dedup: 'id', dedupWindowMs: 86_400_000 }, // longer than the move may take
});
await client.admin.createShareGroup({ group: TARGET, topics: [TARGET] });
// #endregion

const job = (number: number, delay: number) => ({ name: 'job', data: { number }, opts: { delay } });
await queue.addBulk(Array.from({ length: COUNT }, (_, number) => job(number, 0)));
await queue.addBulk(Array.from({ length: DELAYED }, (_, at) => job(COUNT + at, 3_600_000)));
// One of them is a day old, and was put off a moment ago.
const [old] = await queue.getDelayed(0, 0);
const dayMs = 86_400_000;
await old?.remove();
const late = await queue.add('job', old?.data ?? { number: 0 }, {
  delay: dayMs,
  timestamp: Date.now() - dayMs,
});
await late.changeDelay(3_600_000);
await queue.upsertJobScheduler(
  'nightly',
  { pattern: '0 3 * * *', tz: 'Europe/Berlin' },
  { name: 'tidy' },
);

const first = move('forth', 'ignore');
const ended = once(first, 'exit');
while (first.exitCode === null && (await moved()).all < COUNT / 10) await sleep(1);
first.kill('SIGKILL');
await ended;
await once(move('forth', 'ignore'), 'exit');

const { all } = await moved();
console.log('moved', all, 'of', COUNT + DELAYED, 'jobs; left in Redis', await queue.count());
const schedules = await client.admin.listSchedules({ names: ['nightly'] });
for (const { name, cron, timeZone } of schedules) console.log('schedule', name, cron, timeZone);

await once(move('back', 'inherit'), 'exit');
const { waiting, delayed } = await queue.getJobCounts('waiting', 'delayed');
console.log('back in Redis', waiting, 'that wait and', delayed, 'that are delayed');
await client.admin.deleteSchedule('nightly');
await queue.obliterate({ force: true });
await queue.close();
const isWhole = all === COUNT + DELAYED && waiting === COUNT && delayed === DELAYED;
process.exitCode = isWhole ? 0 : 1;
