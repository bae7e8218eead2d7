// A standard queue delivers updates out of order: a worker hangs with old versions in hand while another applies newer ones.
// Versions decide: what comes late is dropped, and every entity ends in its newest state.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { type EntityState, readStates } from '../stores/status-table.ts';
import { effectsOf } from './outcome.ts';

const ENTITIES = 4;
const VERSIONS = 5;
const MESSAGES = ENTITIES * VERSIONS;
const BATCH = 10;
const VISIBILITY_SECONDS = 4;
/** Of the effect in which W1 hangs until it is killed. */
const LONG_SECONDS = 600;

export const OUT_OF_ORDER: Scenario = {
  name: 'out-of-order',
  title: 'Out-of-order processing',
  claim: 'Updates that come in the wrong order leave every entity in its newest state.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the worker takes whatever comes last for the newest version',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const queue = await stage.queue('profiles', { visibilityTimeoutSeconds: VISIBILITY_SECONDS });
  const sent = await stage.produce('producer', queue, { n: MESSAGES, entities: ENTITIES });
  stage.say(`${ENTITIES} entities have ${VERSIONS} versions each, the oldest ahead`);
  const knobs = {
    maxMessages: BATCH,
    versionField: 'version',
    reconcile: stage.isSpoiled ? 'last' : 'newest',
  } as const;
  const hanging = await stage.worker('W1', queue, {
    ...knobs,
    sideEffectDelaySeconds: LONG_SECONDS,
    extendSeconds: VISIBILITY_SECONDS,
  });
  await stage.untilEvents([hanging], 'received', 1);
  const held = hanging.events.find(({ event }) => event === 'received')?.batch ?? 0;
  await stage.untilEvents([hanging], 'received', held);
  stage.say(`W1 hangs with ${held} messages in hand, and extends their visibility timeout`);

  const worker = await stage.worker('W2', queue, knobs);
  await stage.untilEvents([worker], 'completed', MESSAGES - held);
  stage.say('W2 has applied all newer versions');
  await hanging.end('SIGKILL');
  stage.say('W1 is killed with SIGKILL: what it had in hand comes again');
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  await worker.end('SIGTERM');

  const states = await readStates(stage.statusPath);
  stage.say(`final states: ${states.map(shown).join(', ')}`);
  const late = worker.events.filter(
    ({ event, attempts }) => event === 'received' && attempts === 2,
  );
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: sent.acknowledged ?? 0,
    },
    { claim: 'updates that came behind newer ones', expected: BATCH, found: late.length },
    { claim: 'of them dropped as stale', expected: BATCH, found: worker.count('stale') },
    { claim: 'entities with a state', expected: ENTITIES, found: states.length },
    {
      claim: 'entities in their newest version',
      expected: ENTITIES,
      found: states.filter(({ version }) => version === VERSIONS).length,
    },
    {
      claim: 'updates that had an effect',
      expected: MESSAGES - BATCH,
      found: (await effectsOf(stage)).total,
    },
    {
      claim: 'acknowledged, says the broker',
      expected: MESSAGES,
      found: (await queue.counts()).acknowledged,
    },
  ];
}

function shown({ entity, version }: EntityState): string {
  return `${entity} version ${version}`;
}
