// Workers are killed in the middle of a message: the message comes again when its visibility timeout is over, and another
// worker does it.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf, statusesOf } from './outcome.ts';

const MESSAGES = 6;
/** Of the effect in which W2 is killed: far longer than that takes. */
const LONG_SECONDS = 600;
/** One crashes by itself, one is killed. */
const CRASHES = 2;

export const CRASH: Scenario = {
  name: 'crash',
  title: 'Crash recovery',
  claim:
    'A message whose worker is killed comes again, and in the end every message has its effect once.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the workers that crash delete a message before they work on it',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('invoices', { visibilityTimeoutSeconds: 3 });
  const deleteWhen = stage.isSpoiled ? 'received' : 'done';
  const sent = await stage.produce('producer', queue, { n: MESSAGES });

  const first = await stage.worker('W1', queue, { crashAfterReceive: 2, deleteWhen });
  const firstEnd = await stage.untilGone(first);
  stage.say(`W1 is gone (${firstEnd.signal}) with its second message in hand, not begun`);

  const slow = { sideEffectDelaySeconds: LONG_SECONDS, deleteWhen } as const;
  const second = await stage.worker('W2', queue, slow);
  await stage.until(
    'W2 is in the middle of a message',
    async () => (await statusesOf(stage)).started === 1,
  );
  const secondEnd = await second.end('SIGKILL');
  stage.say(`W2 (pid ${second.pid}) is killed with SIGKILL in the middle of its first message`);

  const third = await stage.worker('W3', queue);
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  await third.end('SIGTERM');

  const workers = [first, second, third];
  const received = workers.flatMap(({ events }) =>
    events.filter(({ event }) => event === 'received'),
  );
  const effects = await effectsOf(stage);
  const statuses = await statusesOf(stage);
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: sent.acknowledged ?? 0,
    },
    {
      claim: 'workers that ended by SIGKILL',
      expected: CRASHES,
      found: [firstEnd, secondEnd].filter(({ signal }) => signal === 'SIGKILL').length,
    },
    { claim: 'deliveries', expected: MESSAGES + CRASHES, found: received.length },
    {
      claim: 'deliveries that were not the first of their message',
      expected: CRASHES,
      found: received.filter(({ attempts = 0 }) => attempts > 1).length,
    },
    { claim: "effects in the outside system's ledger", expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    {
      claim: 'messages COMPLETED in the status table',
      expected: MESSAGES,
      found: statuses.completed,
    },
    { claim: 'messages that were begun twice', expected: 1, found: statuses.retried },
    {
      claim: 'acknowledged, says the broker',
      expected: MESSAGES,
      found: (await queue.counts()).acknowledged,
    },
  ];
}
