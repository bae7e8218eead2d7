// A worker is told to stop with ten messages in hand. It finishes the one it is at and gives back the rest at once: the next
// worker need not wait until the visibility timeout is over.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf, statusesOf } from './outcome.ts';

const MESSAGES = 10;
/** Far longer than the play: what is not given back is missing at its end. */
const VISIBILITY_SECONDS = 300;

export const GRACEFUL_SHUTDOWN: Scenario = {
  name: 'graceful-shutdown',
  title: 'Graceful shutdown',
  claim:
    'A worker that is told to stop finishes what it has begun and gives back the rest at once; nothing is lost, waits, or is done twice.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the worker is killed instead of being told to stop',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('reports', { visibilityTimeoutSeconds: VISIBILITY_SECONDS });
  await stage.produce('producer', queue, { n: MESSAGES });
  const first = await stage.worker('W1', queue, {
    maxMessages: MESSAGES,
    sideEffectDelaySeconds: 0.3,
  });
  await stage.untilEvents([first], 'completed', 2);
  const exit = await first.end(stage.isSpoiled ? 'SIGKILL' : 'SIGTERM');
  const { leased } = await queue.counts();
  const begun = (await statusesOf(stage)).started;
  stage.say(
    `W1 is gone; ${leased} messages are still leased, ${begun} were begun and not finished`,
  );
  const second = await stage.worker('W2', queue, { maxMessages: MESSAGES });
  await stage.until('W2 has done what is there', async () => (await queue.unresolved()) === leased);
  await second.end('SIGTERM');

  const effects = await effectsOf(stage);
  const { acknowledged } = await queue.counts();
  const doneByFirst = first.count('completed');
  const stoppedAt = first.events.findIndex(({ event }) => event === 'stopping');
  const after = stoppedAt < 0 ? [] : first.events.slice(stoppedAt);
  return [
    { claim: 'exit code of W1', expected: '0', found: `${exit.code ?? exit.signal}` },
    { claim: 'messages begun by W1 and not finished', expected: 0, found: begun },
    { claim: 'messages leased after W1 is gone', expected: 0, found: leased },
    {
      claim: 'W1 had some in hand that it did not come to',
      expected: 'yes',
      found: doneByFirst < MESSAGES ? 'yes' : 'no',
    },
    {
      claim: 'messages W1 did not come to, and gave back',
      expected: MESSAGES - doneByFirst,
      found: first.count('returned'),
    },
    {
      claim: 'messages W1 took after it was told to stop',
      expected: 0,
      found: after.filter(({ event }) => event === 'received').length,
    },
    {
      claim: 'messages done by W2',
      expected: MESSAGES - doneByFirst,
      found: second.count('completed'),
    },
    { claim: 'effects', expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: acknowledged },
  ];
}
