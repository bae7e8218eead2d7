// Some messages can never be worked off. Each is tried as often as the queue says, then it is a dead letter; all others pass.

import { codecs } from '@millrace/client';
import type { Check } from '../proof.ts';
import type { Actor } from '../stage/actor.ts';
import type { StageQueue } from '../stage/queue.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf } from './outcome.ts';

const MESSAGES = 20;
const POISON = 2;
const HEALTHY = MESSAGES - POISON;
const RECEIVES_MAX = 3;
const MARKER = 'poison';

export const POISON_MESSAGES: Scenario = {
  name: 'poison',
  title: 'Poison messages',
  claim:
    'A message that always fails is a dead letter after exactly as many deliveries as the queue allows, and holds up no other.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'a batch with poison in it fails as a whole',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('orders', {
    visibilityTimeoutSeconds: 30,
    maxReceives: RECEIVES_MAX,
  });
  await stage.produce('producer', queue, {
    n: MESSAGES,
    poisonCount: POISON,
    poisonMarker: MARKER,
  });
  const worker = await stage.worker('W1', queue, {
    maxMessages: 10,
    rejectPayloadMarker: MARKER,
    ...(stage.isSpoiled ? { partialFailure: 'whole' } : {}),
  });
  await stage.until('each message is done or dead', async () => (await queue.unresolved()) === 0);
  await worker.end('SIGTERM');

  const { acknowledged, dead } = await queue.counts();
  const effects = await effectsOf(stage);
  const tries = triesOf(worker);
  const letters = await lettersIn(stage, queue);
  stage.say(`in ${queue.deadLetters?.name ?? 'no queue'} lie messages ${letters}`);
  return [
    { claim: 'acknowledged, says the broker', expected: HEALTHY, found: acknowledged },
    { claim: 'dead, says the broker', expected: POISON, found: dead },
    { claim: 'messages that were refused', expected: POISON, found: tries.size },
    { claim: 'dead letters', expected: [...tries.keys()].join(', '), found: letters },
    {
      claim: 'deliveries of each of them',
      expected: Array(POISON).fill(RECEIVES_MAX).join(', '),
      found: [...tries.values()].join(', '),
    },
    { claim: 'effects', expected: HEALTHY, found: effects.total },
    { claim: 'healthy messages with exactly one effect', expected: HEALTHY, found: effects.once },
    {
      claim: 'healthy messages done before the poison was given up',
      expected: HEALTHY,
      found: doneBeforeTheEndOfPoison(worker),
    },
  ];
}

/** How often each message was refused, by its number. */
function triesOf({ events }: Actor): Map<number, number> {
  const tries = new Map<number, number>();
  for (const { event, sequence = 0 } of events)
    if (event === 'rejected') tries.set(sequence, (tries.get(sequence) ?? 0) + 1);
  return tries;
}

function doneBeforeTheEndOfPoison({ events }: Actor): number {
  const end = events.findLastIndex(({ event }) => event === 'rejected');
  return events.slice(0, end).filter(({ event }) => event === 'completed').length;
}

/** The numbers of the messages that lie in the dead-letter queue, without taking them. */
async function lettersIn({ client }: Stage, { deadLetters }: StageQueue): Promise<string> {
  if (deadLetters === undefined) return '';
  const { name } = deadLetters;
  const queue = client.queue<{ sequence: number }>(name, { codec: codecs.json() });
  const { messages } = await queue.peek({ topic: name, partition: 0, maxMessages: MESSAGES });
  return messages.map(({ message }) => message.value.sequence).join(', ');
}
