// Handlers that take longer than the visibility timeout: each message is delivered again while its first worker still has
// it, and the status table keeps the second worker from doing it again.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf, statusesOf } from './outcome.ts';

const MESSAGES = 2;
const VISIBILITY_SECONDS = 2;
/** What a handler does behind its effect: it passes its visibility timeout by far. */
const SLOW_SECONDS = 5;
/** One more than there are messages: it is free when the first visibility timeout is over. */
const WORKERS = ['W1', 'W2', 'W3'];

export const DUPLICATES: Scenario = {
  name: 'duplicates',
  title: 'Duplicate delivery',
  claim: 'A message that is delivered twice because its handler was too slow has its effect once.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the workers look neither into their cache nor into the status table',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('payments', { visibilityTimeoutSeconds: VISIBILITY_SECONDS });
  const knobs = {
    finishDelaySeconds: SLOW_SECONDS,
    idempotencyCacheSize: stage.isSpoiled ? 0 : 1_000,
  };
  const workers = await Promise.all(WORKERS.map((name) => stage.worker(name, queue, knobs)));
  stage.say(`a handler takes ${SLOW_SECONDS} s, the visibility timeout is ${VISIBILITY_SECONDS} s`);
  const sent = await stage.produce('producer', queue, { n: MESSAGES });
  await stage.untilEvents(workers, 'side-effect', MESSAGES);
  stage.say('each message had its effect; its handler goes on with the rest of its work');
  if (stage.isSpoiled) {
    await stage.untilEvents(workers, 'side-effect', MESSAGES + 1);
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  } else {
    await stage.untilEvents(workers, 'duplicate', MESSAGES);
    await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  }

  const events = workers.flatMap((worker) => worker.events);
  const received = events.filter(({ event }) => event === 'received');
  const effects = await effectsOf(stage);
  const statuses = await statusesOf(stage);
  const counts = await queue.counts();
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: sent.acknowledged ?? 0,
    },
    { claim: 'deliveries', expected: 2 * MESSAGES, found: received.length },
    {
      claim: 'messages that two workers had at the same time',
      expected: MESSAGES,
      found: new Set(received.filter(({ attempts }) => attempts === 2).map(({ id }) => id)).size,
    },
    {
      claim: 'second deliveries that had no effect',
      expected: MESSAGES,
      found: events.filter(({ event }) => event === 'duplicate').length,
    },
    { claim: "effects in the outside system's ledger", expected: MESSAGES, found: effects.total },
    { claim: 'messages with more than one effect', expected: 0, found: effects.repeated },
    {
      claim: 'messages COMPLETED in the status table',
      expected: MESSAGES,
      found: statuses.completed,
    },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: counts.acknowledged },
  ];
}
