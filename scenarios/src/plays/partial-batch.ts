// Ten messages come together, and three of them fail. The seven are finished; only the three come again.

import type { Check } from '../proof.ts';
import type { Actor } from '../stage/actor.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf } from './outcome.ts';

const MESSAGES = 10;
const FAILING = 3;
const MARKER = 'flaky';

export const PARTIAL_BATCH: Scenario = {
  name: 'partial-batch',
  title: 'Partial batch failure',
  claim: 'Of a batch of which a part fails, only that part comes again.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the batch is given back whole',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('mails', { visibilityTimeoutSeconds: 30 });
  await stage.produce('producer', queue, {
    n: MESSAGES,
    poisonCount: FAILING,
    poisonMarker: MARKER,
  });
  const worker = await stage.worker('W1', queue, {
    maxMessages: MESSAGES,
    rejectPayloadMarker: MARKER,
    rejectAttempts: 1,
    partialFailure: stage.isSpoiled ? 'whole' : 'each',
  });
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  await worker.end('SIGTERM');

  const effects = await effectsOf(stage);
  const { acknowledged } = await queue.counts();
  const failed = numbers(worker, 'rejected');
  return [
    {
      claim: 'messages that came together at first',
      expected: MESSAGES,
      found: worker.events.find(({ event }) => event === 'received')?.batch ?? 0,
    },
    { claim: 'of these failed', expected: FAILING, found: failed.length },
    {
      claim: 'messages that came again',
      expected: failed.join(', '),
      found: numbers(worker, 'received', 2).join(', '),
    },
    { claim: 'deliveries', expected: MESSAGES + FAILING, found: worker.count('received') },
    { claim: 'effects', expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: acknowledged },
  ];
}

function numbers({ events }: Actor, name: 'received' | 'rejected', attempt?: number): number[] {
  return events
    .filter(({ event, attempts }) => event === name && (attempts === attempt || !attempt))
    .map(({ sequence = 0 }) => sequence);
}
