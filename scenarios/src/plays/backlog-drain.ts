// No worker is there for a while and messages pile up. When workers come back they do what is still of use, and what is
// too old goes its own way: to another queue, to nowhere, or, natively, to the dead letters by the broker itself.

import type { Check } from '../proof.ts';
import type { Actor } from '../stage/actor.ts';
import type { StageQueue } from '../stage/queue.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { readLedger } from '../stores/outside-ledger.ts';

/** Nobody wants it any more then. Long enough that what is sent at the end of the outage is done in time on any machine. */
const STALE_SECONDS = 20;
const BACKLOG = 150;
const FRESH = 50;
const TELL_EVERY_SECONDS = 5;
const SECOND_MS = 1_000;
const DRAIN_SECONDS_MAX = 90;
const QUIET = { isQuiet: true };

export const BACKLOG_DRAIN: Scenario = {
  name: 'backlog-drain',
  title: 'A backlog after an outage',
  claim:
    'After an outage of all workers each message that is too old is put aside exactly once, and each that is not has its effect exactly once.',
  speed: 'slow',
  via: ['native', 'sqs'],
  spoil: 'the workers do not look at the age of a message',
  play,
};

/** A queue with what was sent to it. */
interface Lane {
  readonly queue: StageQueue;
  readonly stale: Set<string>;
  readonly fresh: Set<string>;
}

async function play(stage: Stage): Promise<readonly Check[]> {
  const late = await stage.queue('orders-late', { visibilityTimeoutSeconds: 30 });
  const orders = await laneOf(stage, 'orders');
  const offers = await laneOf(stage, 'offers');
  const alerts = stage.via === 'native' ? await laneOfExpiring(stage) : undefined;
  const lanes = [orders, offers, ...(alerts === undefined ? [] : [alerts])];

  await outage(stage, orders.queue, lanes);
  const backlog = (await orders.queue.depth()).ready;
  stage.say('the outage is over: workers start');

  const age = stage.isSpoiled ? {} : { staleAfterSeconds: STALE_SECONDS };
  const toLate = stage.isSpoiled ? {} : { staleQueue: late.name };
  const many = { maxMessages: 10, waitTimeSeconds: 1 };
  const [first, second, dropper, ...others] = await Promise.all([
    stage.worker('W1', orders.queue, { ...many, ...age, ...toLate }, QUIET),
    stage.worker('W2', orders.queue, { ...many, ...age, ...toLate }, QUIET),
    stage.worker('W3', offers.queue, { ...many, ...age }, QUIET),
    // It does not look at any age: the broker gives it nothing that is too old.
    ...(alerts === undefined ? [] : [stage.worker('W4', alerts.queue, many, QUIET)]),
  ]);
  await Promise.all(lanes.map((lane) => send(stage, lane, 'fresh', FRESH)));
  stage.say(`${FRESH} more came to each queue`);
  for (const { queue } of lanes) {
    await untilDrained(stage, queue);
    stage.say(`${queue.name} is drained`);
  }
  // Their last lines are read when they are gone.
  await Promise.all([first, second, dropper, ...others].map((worker) => worker?.end('SIGTERM')));
  const lateIds = await idsOfLate(stage, late);
  const effects = (await readLedger(stage.ledgerPath)).map(({ key }) => key);
  return [
    { claim: 'orders waiting at the end of the outage', expected: BACKLOG, found: backlog },
    ...checksOf(orders, effects, idsOf([first, second], 'stale')),
    {
      claim: 'orders-late: the old orders, each once',
      expected: BACKLOG,
      found: lateIds.length === new Set(lateIds).size ? sharedBy(lateIds, orders.stale) : 'twice',
    },
    ...checksOf(offers, effects, idsOf([dropper], 'stale')),
    ...(alerts === undefined ? [] : await expiredChecks(alerts, effects, others)),
  ];
}

async function laneOf(stage: Stage, name: string, maxReceives?: number): Promise<Lane> {
  const queue = await stage.queue(name, {
    visibilityTimeoutSeconds: 30,
    ...(maxReceives !== undefined && { maxReceives }),
  });
  return { queue, stale: new Set(), fresh: new Set() };
}

/** The broker looks at the age of its messages: what is too old is a dead letter before anybody gets it. */
async function laneOfExpiring(stage: Stage): Promise<Lane> {
  const lane = await laneOf(stage, 'alerts', 5);
  const { admin } = stage.client;
  if (stage.isSpoiled) return lane;
  const { name } = lane.queue;
  await admin.alterTopic({ name, config: { messageTtlMs: STALE_SECONDS * SECOND_MS } });
  await admin.alterShareGroup({ group: name, config: { onExpired: 'dlq' } });
  stage.say(`messages of ${name} expire at the broker after ${STALE_SECONDS} s`);
  return lane;
}

/** A worker dies, nobody takes its place, and what comes meanwhile grows old. */
async function outage(stage: Stage, queue: StageQueue, lanes: readonly Lane[]): Promise<void> {
  const worker = await stage.worker('W0', queue, { waitTimeSeconds: 1 });
  await worker.end('SIGKILL');
  stage.say('the only worker is killed: nobody takes what is sent from now on');
  for (const lane of lanes) await send(stage, lane, 'stale', BACKLOG);
  const sentAtMs = Date.now();
  let toldAtMs = 0;
  await stage.until(
    `all of them are older than ${STALE_SECONDS} s`,
    async () => {
      const { oldestUnresolvedMs } = await queue.counts();
      const ageMs = Date.now() - (oldestUnresolvedMs ?? Date.now());
      if (ageMs >= toldAtMs + TELL_EVERY_SECONDS * SECOND_MS) {
        toldAtMs = ageMs;
        const { ready } = await queue.depth();
        stage.say(
          `${queue.name}: ${ready} wait, the oldest for ${Math.round(ageMs / SECOND_MS)} s`,
        );
      }
      return Date.now() - sentAtMs > STALE_SECONDS * SECOND_MS;
    },
    2 * STALE_SECONDS,
  );
}

async function send(
  stage: Stage,
  lane: Lane,
  kind: 'stale' | 'fresh',
  count: number,
): Promise<void> {
  const producer = stage.producer(`${lane.queue.name}-${kind}`, lane.queue, { n: count }, QUIET);
  await stage.untilGone(producer);
  const ids = idsOf([producer], 'acknowledged');
  if (ids.length !== count)
    throw new Error(`${count - ids.length} were not sent: ${producer.complaints}`);
  for (const id of ids) lane[kind].add(id);
}

function untilDrained(stage: Stage, queue: StageQueue): Promise<void> {
  const isEmpty = async () => (await queue.unresolved()) === 0;
  return stage.until(`${queue.name} is drained`, isEmpty, DRAIN_SECONDS_MAX);
}

/** Those that were put aside are done too, by a worker with a ledger of its own: that is what the other queue is for. */
async function idsOfLate(stage: Stage, late: StageQueue): Promise<string[]> {
  const ledger = `${stage.directory}/late-ledger`;
  const knobs = { ledger, status: '', maxMessages: 10, waitTimeSeconds: 1 };
  const worker = await stage.worker('W5', late, knobs, QUIET);
  await untilDrained(stage, late);
  await worker.end('SIGTERM');
  return (await readLedger(ledger)).map(({ key }) => key);
}

function checksOf(
  { queue: { name }, stale, fresh }: Lane,
  effects: readonly string[],
  putAside: readonly string[],
): Check[] {
  return [
    {
      claim: `${name}: old ones put aside`,
      expected: BACKLOG,
      found: allOf(putAside, stale),
    },
    { claim: `${name}: others put aside`, expected: 0, found: allOf(putAside, fresh) },
    ...effectChecks(name, effects, { stale, fresh }),
  ];
}

function effectChecks(
  name: string,
  effects: readonly string[],
  { stale, fresh }: Pick<Lane, 'stale' | 'fresh'>,
): Check[] {
  return [
    { claim: `${name}: effects of fresh ones`, expected: FRESH, found: allOf(effects, fresh) },
    { claim: `${name}: effects of old ones`, expected: 0, found: allOf(effects, stale) },
  ];
}

async function expiredChecks(
  { queue, stale, fresh }: Lane,
  effects: readonly string[],
  workers: readonly Actor[],
): Promise<Check[]> {
  const { name } = queue;
  const { dead } = await queue.counts();
  const letters = (await queue.deadLetters?.depth())?.ready ?? 0;
  const received = workers.reduce((sum, worker) => sum + worker.count('received'), 0);
  return [
    { claim: `${name}: expired, says the broker`, expected: BACKLOG, found: dead },
    { claim: `${name}: dead letters`, expected: BACKLOG, found: letters },
    { claim: `${name}: received by the worker`, expected: FRESH, found: received },
    ...effectChecks(name, effects, { stale, fresh }),
  ];
}

function idsOf(actors: readonly (Actor | undefined)[], name: 'acknowledged' | 'stale'): string[] {
  return actors.flatMap((actor) =>
    (actor?.events ?? []).flatMap(({ event, id }) =>
      event === name && id !== undefined ? [id] : [],
    ),
  );
}

/** How many different ones of these there are among those. */
function sharedBy(ids: readonly string[], those: ReadonlySet<string>): number {
  return new Set(ids.filter((id) => those.has(id))).size;
}

/** The same, each as often as it is there. */
function allOf(ids: readonly string[], those: ReadonlySet<string>): number {
  return ids.filter((id) => those.has(id)).length;
}
