// A FIFO queue, several workers, and workers that crash: the order of each message group stays.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { type LedgerRow, readLedger } from '../stores/outside-ledger.ts';
import { effectsOf } from './outcome.ts';

const GROUPS = 3;
const MESSAGES = 24;
const CRASHES = 2;
const EFFECT_SECONDS = 0.02;

export const FIFO_ORDER: Scenario = {
  name: 'fifo-order',
  title: 'FIFO order',
  claim:
    'The messages of a group have their effects in the order in which they were sent, whoever crashes.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the queue is a standard queue',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const name = stage.isSpoiled ? 'moves' : 'moves.fifo';
  const queue = await stage.queue(name, { visibilityTimeoutSeconds: 3 });
  const knobs = { sideEffectDelaySeconds: EFFECT_SECONDS };
  const workers = await Promise.all([
    stage.worker('W1', queue, { ...knobs, crashAfterReceive: 1 }),
    stage.worker('W2', queue, { ...knobs, crashAfterReceive: 2 }),
    stage.worker('W3', queue, knobs),
  ]);
  const sent = await stage.produce('producer', queue, { n: MESSAGES, groups: GROUPS });
  stage.say(`${GROUPS} groups have ${MESSAGES / GROUPS} messages each, one behind the other`);
  const [first, second, third] = workers;
  const ends = [await stage.untilGone(first), await stage.untilGone(second)];
  stage.say('W1 and W2 are gone with a message each: their groups wait, nothing overtakes it');
  const fourth = await stage.worker('W4', queue, knobs);
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  await Promise.all([third.end('SIGTERM'), fourth.end('SIGTERM')]);

  const rows = await readLedger(stage.ledgerPath);
  for (const [group, sequences] of byGroup(rows))
    stage.say(`effects of group ${group}: ${sequences.join(', ')}`);
  const effects = await effectsOf(stage);
  const received = [...workers, fourth].reduce((sum, worker) => sum + worker.count('received'), 0);
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: sent.acknowledged ?? 0,
    },
    {
      claim: 'workers that crashed (SIGKILL)',
      expected: CRASHES,
      found: ends.filter(({ signal }) => signal === 'SIGKILL').length,
    },
    { claim: 'deliveries', expected: MESSAGES + CRASHES, found: received },
    { claim: 'message groups', expected: GROUPS, found: byGroup(rows).size },
    { claim: 'messages that overtook one of their group', expected: 0, found: overtakings(rows) },
    { claim: "effects in the outside system's ledger", expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    {
      claim: 'acknowledged, says the broker',
      expected: MESSAGES,
      found: (await queue.counts()).acknowledged,
    },
  ];
}

/** Sequences in the order of their effects. */
function byGroup(rows: readonly LedgerRow[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { group = '', sequence = 0 } of rows) {
    const sequences = groups.get(group) ?? [];
    sequences.push(sequence);
    groups.set(group, sequences);
  }
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Effects behind which one of an earlier message of the group comes. */
function overtakings(rows: readonly LedgerRow[]): number {
  return [...byGroup(rows).values()].reduce((sum, sequences) => {
    const early = sequences.filter((each, at) =>
      sequences.slice(at + 1).some((next) => next < each),
    );
    return sum + early.length;
  }, 0);
}
