// Urgent work first, and none left for ever: a topic a priority, received in strict order or by weight.
// Run it with `npm run example -- priority`.
import { type Client, connect, type Worker } from '@millrace/client';
import { makeAnew } from '../../support/make-anew.ts';
import { Rounds } from './rounds.ts';
import { type WeightedTopic, weightedWorkers } from './weighted-workers.ts';

const PRIORITIES = ['urgent', 'normal', 'bulk'] as const;
const GROUP = 'example.priority.workers';
const topicOf = (priority: string) => `example.priority.${priority}`;
const TOPICS = PRIORITIES.map(topicOf);

/** Messages there are of each, and the slots that look there first. */
const BACKLOG = { urgent: 18, normal: 27, bulk: 15 };
const SLOTS = { urgent: 6, normal: 3, bulk: 1 };
const SLOTS_ALL = 10;

async function play(client: Client, start: (rounds: Rounds) => readonly Worker<unknown>[]) {
  await makeAnew(client, {
    topics: TOPICS.map((name) => ({ name })),
    shareGroups: [{ group: GROUP, topics: TOPICS }],
  });
  const producer = client.producer();
  for (const priority of PRIORITIES) {
    const messages = Array.from({ length: BACKLOG[priority] }, (_, value) => ({ value }));
    await producer.sendBatch(topicOf(priority), messages);
  }
  await producer.close();
  const rounds = new Rounds(SLOTS_ALL, 6);
  const workers = start(rounds);
  await rounds.finished;
  await Promise.all(workers.map((worker) => worker.close()));
  for (const [at, topics] of rounds.seen.entries()) {
    const counts = PRIORITIES.map((priority) => [
      topics.filter((topic) => topic === topicOf(priority)).length,
      priority,
    ]);
    const text = counts.filter(([count]) => count !== 0).map((pair) => pair.join(' '));
    console.log(`  round ${at + 1}: ${text.join(', ')}`);
  }
}

await using client = await connect({ brokers: process.argv[2] ?? '127.0.0.1:7650' });

console.log('strict order');
await play(client, (rounds) => [
  // #region strict
  client.worker({
    group: GROUP,
    topics: TOPICS, // urgent, normal, bulk: the next one only where there is nothing in those before
    concurrency: SLOTS_ALL,
    prefetch: 0,
    handler: (message) => rounds.take(message),
  }),
  // #endregion
]);

console.log('by weight');
await play(client, (rounds) => {
  // #region shares
  const topics: WeightedTopic[] = PRIORITIES.map((priority) => ({
    topic: topicOf(priority),
    slots: SLOTS[priority],
  }));
  return weightedWorkers(client, GROUP, topics, (message) => rounds.take(message));
  // #endregion
});
