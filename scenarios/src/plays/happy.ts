// Nothing goes wrong: each message is delivered once, has its effect once, and is done.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf, statusesOf } from './outcome.ts';

const MESSAGES = 12;
const WORKERS = ['W1', 'W2'];

export const HAPPY: Scenario = {
  name: 'happy',
  title: 'The happy path',
  claim:
    'Every message that was acknowledged to the producer is delivered once and has its effect once.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'one worker deletes what it receives before it works on it, and crashes',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('mails', { visibilityTimeoutSeconds: 10 });
  const spoiled = { deleteWhen: 'received', crashAfterReceive: 1 } as const;
  const workers = await Promise.all(
    WORKERS.map((name, at) =>
      stage.worker(name, queue, stage.isSpoiled && at === 0 ? spoiled : {}),
    ),
  );
  const summary = await stage.produce('producer', queue, { n: MESSAGES });
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  const exits = await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  const received = workers.reduce((sum, worker) => sum + worker.count('received'), 0);
  const counts = await queue.counts();
  const effects = await effectsOf(stage);
  const statuses = await statusesOf(stage);
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: summary.acknowledged ?? 0,
    },
    { claim: 'deliveries', expected: MESSAGES, found: received },
    { claim: "effects in the outside system's ledger", expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    {
      claim: 'messages COMPLETED in the status table',
      expected: MESSAGES,
      found: statuses.completed,
    },
    { claim: 'messages tried more than once', expected: 0, found: statuses.retried },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: counts.acknowledged },
    {
      claim: 'workers that ended well when told to',
      expected: WORKERS.length,
      found: exits.filter(({ code }) => code === 0).length,
    },
  ];
}
