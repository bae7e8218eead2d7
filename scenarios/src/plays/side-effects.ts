// Effects outside: what a worker does to another system cannot be taken back, and no queue knows whether it happened. A crash
// between the effect and the note of it, and two workers at the same effect, by each way of keeping it to once.

import type { Check } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { readLedger } from '../stores/outside-ledger.ts';
import type { WorkerKnobs } from '../worker/knobs.ts';

const MESSAGES = 3;
const CRASH_AT = 2;
/** Two workers that were both waiting are both at work within this time. */
const TOGETHER_SECONDS = 2;

export const SIDE_EFFECTS: Scenario = {
  name: 'side-effects',
  title: 'External side effects',
  claim:
    'A crash between an effect and the note of it doubles the effect, unless the outside system is asked; two workers at once double it even then, unless one at a time is let at it.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'nobody asks the outside system after the crash',
  play,
};

/** A way to keep effects to once. */
interface Way {
  readonly name: string;
  readonly knobs: Partial<WorkerKnobs>;
}

const CHECK: Partial<WorkerKnobs> = { checkBeforeDoing: true };
const KEY: Partial<WorkerKnobs> = { outsideTakesKeys: true };
const LEDGER: Partial<WorkerKnobs> = { effects: 'ledger', claimSeconds: 1 };
/** A claim is renewed at half of it: it outlasts a worker that was not given the processor for a while. */
const LONG_CLAIM: Partial<WorkerKnobs> = { ...LEDGER, claimSeconds: 3 };

async function play(stage: Stage): Promise<Check[]> {
  const check = stage.isSpoiled ? {} : CHECK;
  const isNative = stage.via === 'native';
  stage.say('a worker crashes after its effect, before it could write it down');
  const [plain, checked, claimed] = await Promise.all([
    crash(stage, { name: 'plain', knobs: {} }),
    crash(stage, { name: 'check', knobs: check }),
    isNative ? crash(stage, { name: 'ledger', knobs: { ...LEDGER, ...check } }) : undefined,
  ]);
  stage.say('two messages are about one order, and two workers are at it at the same time');
  // The ledger of effects is the native client's; the key of an outside system is there for everybody.
  const [gap, closed] = await Promise.all([
    atOnce(stage, { name: 'check', knobs: CHECK }),
    atOnce(stage, isNative ? { name: 'ledger', knobs: LONG_CLAIM } : { name: 'key', knobs: KEY }),
  ]);
  const closedBy = isNative ? "the broker's ledger" : 'a key for the outside system';
  return [
    effects('crash, a status table alone: one is double', MESSAGES + 1, plain),
    effects('crash, a check before doing', MESSAGES, checked),
    ...(claimed === undefined
      ? []
      : [effects("crash, the broker's ledger and a check", MESSAGES, claimed)]),
    effects('two at once, a check before doing: it has a gap', 2, gap),
    effects(`two at once, ${closedBy}`, 1, closed),
  ];
}

function effects(how: string, expected: number, found: number): Check {
  return { claim: `effects; ${how}`, expected, found };
}

/** How many effects there are in the end, of a few messages and one crash. */
async function crash(stage: Stage, { name, knobs }: Way): Promise<number> {
  const queue = await stage.queue(`${name}-crash`, { visibilityTimeoutSeconds: 1 });
  await stage.produce(`${name}-producer`, queue, { n: MESSAGES });
  const stores = storesOf(stage, `${name}-crash`);
  const told = { ...stores, ...knobs };
  const first = await stage.worker(`${name}-1`, queue, { ...told, crashAfterSideEffect: CRASH_AT });
  const { signal } = await stage.untilGone(first);
  if (signal !== 'SIGKILL') throw new Error(`${name}-1 did not crash: ${first.complaints}`);
  await stage.worker(`${name}-2`, queue, told);
  await stage.until(`${name}-2 is done`, async () => (await queue.unresolved()) === 0);
  return (await readLedger(stores.ledger)).length;
}

/** How many effects there are in the end, of one order that came twice. */
async function atOnce(stage: Stage, { name, knobs }: Way): Promise<number> {
  const queue = await stage.queue(`${name}-twice`, { visibilityTimeoutSeconds: 30 });
  const stores = storesOf(stage, `${name}-twice`);
  const told = {
    ...stores,
    ...knobs,
    businessIdempotencyField: 'order',
    sideEffectDelaySeconds: TOGETHER_SECONDS,
  };
  await Promise.all([
    stage.worker(`${name}-a`, queue, told),
    stage.worker(`${name}-b`, queue, told),
  ]);
  await stage.produce(`${name}-shop`, queue, { n: 2, perOrder: 2 });
  await stage.until(`${name} is done`, async () => (await queue.unresolved()) === 0);
  return (await readLedger(stores.ledger)).length;
}

function storesOf({ directory }: Stage, name: string) {
  return { ledger: `${directory}/${name}-ledger`, status: `${directory}/${name}-status` };
}
