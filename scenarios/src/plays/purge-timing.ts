// A queue is purged while producers go on sending: one cut goes through it, and what is sent from then on stays. Natively
// the purge is undone afterwards; over the SQS API a second one within 60 s is refused.

import { parseMessageId } from '@millrace/protocol';
import type { Check } from '../proof.ts';
import type { Actor } from '../stage/actor.ts';
import type { ActorEvent } from '../stage/actor-event.ts';
import type { StageQueue } from '../stage/queue.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';

const SENDERS = ['A', 'B'];
const SENT_EACH = 400;
const SENT_A_SECOND = 100;
/** Of each sender, when the purge comes: the others are on their way then. */
const SENT_BEFORE = 150;
const SENT_LATE = 100;
const MIDDLE_SECONDS_MAX = 90;
const UNDO_MS = 600_000;
/** Workers without stores: what they say they did is what counts here. */
const KNOBS = { ledger: '', status: '', maxMessages: 10, waitTimeSeconds: 1 };

export const PURGE_TIMING: Scenario = {
  name: 'purge-timing',
  title: 'Purge while messages are sent',
  claim:
    'A purge is one cut: everything that was acknowledged before it is gone, and nothing that is sent after it is lost.',
  speed: 'slow',
  via: ['native', 'sqs'],
  spoil: 'the queue is purged once more at the end, as if a purge took what is sent behind it',
  play,
};

interface Purge {
  readonly begunAtMs: number;
  readonly endedAtMs: number;
}

async function play(stage: Stage): Promise<readonly Check[]> {
  const queue = await stage.queue('orders', { visibilityTimeoutSeconds: 30 });
  const quiet = { isQuiet: true };
  const knobs = { n: SENT_EACH, rate: SENT_A_SECOND, batchSize: 1 };
  const senders = SENDERS.map((name) => stage.producer(name, queue, knobs, quiet));
  await stage.until(
    'both producers are in the middle',
    () => senders.every((sender) => sender.count('acknowledged') >= SENT_BEFORE),
    MIDDLE_SECONDS_MAX,
  );
  const purge = await purgeNow(stage, queue);
  await Promise.all(senders.map((sender) => stage.untilGone(sender)));
  const late = stage.producer('late', queue, { n: SENT_LATE }, quiet);
  await stage.untilGone(late);
  if (stage.isSpoiled) await stage.client.admin.purge({ group: queue.name });
  const sent = [...senders, late].flatMap(sentBy);
  const { purged } = await queue.counts();
  stage.say(`${sent.length} messages were sent in all; ${purged} are purged`);

  const delivered = await workOff(stage, queue, ['W1', 'W2']);
  stage.say(`${delivered.length} were still there and are done`);
  return [
    ...checksOf(sent, new Set(delivered), purge, purged),
    { claim: 'delivered more than once', expected: 0, found: repeatsIn(delivered) },
    ...(stage.via === 'sqs'
      ? [await refusedAgain(stage, queue)]
      : await undone(stage, queue, delivered, { sent: sent.length, purged })),
  ];
}

async function purgeNow(stage: Stage, queue: StageQueue): Promise<Purge> {
  const begunAtMs = Date.now();
  // Two purges, as a spoiled play has them, need one that cannot be undone.
  const undoMs = stage.isSpoiled ? 0 : UNDO_MS;
  if (stage.via === 'sqs') await stage.sqs.purgeQueue({ QueueUrl: queue.url });
  else await stage.client.admin.purge({ group: queue.name, undoMs });
  const endedAtMs = Date.now();
  stage.say(`the queue is purged, in ${endedAtMs - begunAtMs} ms, while both go on sending`);
  return { begunAtMs, endedAtMs };
}

interface Sent extends ActorEvent {
  readonly messageId: string;
  readonly begunAtMs: number;
}

/** What the queue has acknowledged to a producer. */
function sentBy(producer: Actor): Sent[] {
  return producer.events.filter(
    (event): event is Sent =>
      event.event === 'acknowledged' &&
      event.messageId !== undefined &&
      event.begunAtMs !== undefined,
  );
}

/** Until the queue is empty: a message id for each time a worker was done with it. */
async function workOff(stage: Stage, queue: StageQueue, names: string[]): Promise<string[]> {
  const workers = await Promise.all(
    names.map((name) => stage.worker(name, queue, KNOBS, { isQuiet: true })),
  );
  await stage.until('the queue is empty', async () => (await queue.unresolved()) === 0);
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  return workers.flatMap(({ events }) =>
    events.flatMap(({ event, messageId }) =>
      event === 'completed' && messageId !== undefined ? [messageId] : [],
    ),
  );
}

function repeatsIn(ids: readonly string[]): number {
  return ids.length - new Set(ids).size;
}

function checksOf(
  sent: readonly Sent[],
  delivered: ReadonlySet<string>,
  purge: Purge,
  purged: number,
): Check[] {
  const isThere = ({ messageId }: Sent) => delivered.has(messageId);
  const before = sent.filter(({ atMs }) => atMs < purge.begunAtMs);
  const after = sent.filter(({ begunAtMs }) => begunAtMs > purge.endedAtMs);
  const offsetOf = ({ messageId }: Sent) => parseMessageId(messageId).offset;
  const cut = Math.min(...sent.filter(isThere).map(offsetOf));
  return [
    {
      claim: 'messages sent by all producers',
      expected: SENDERS.length * SENT_EACH + SENT_LATE,
      found: sent.length,
    },
    {
      claim: 'acknowledged before the purge, and still there',
      expected: 0,
      found: before.filter(isThere).length,
    },
    {
      claim: 'sent after the purge, and delivered',
      expected: after.length,
      found: after.filter(isThere).length,
    },
    { claim: 'purged or delivered', expected: sent.length, found: purged + delivered.size },
    {
      claim: 'on the wrong side of the cut',
      expected: 0,
      found: sent.filter((one) => isThere(one) !== offsetOf(one) >= cut).length,
    },
  ];
}

/** Brings all of it back, and has it worked off. A spoiled play has nothing to undo. */
async function undone(
  stage: Stage,
  queue: StageQueue,
  before: readonly string[],
  { sent, purged }: { readonly sent: number; readonly purged: number },
): Promise<Check[]> {
  if (stage.isSpoiled) return [];
  const { messages } = await stage.client.admin.undoPurge({ group: queue.name });
  stage.say(`the purge is undone: ${messages} messages are back`);
  const delivered = [...before, ...(await workOff(stage, queue, ['W3']))];
  return [
    { claim: 'brought back by the undo', expected: purged, found: messages },
    { claim: 'delivered in the end', expected: sent, found: new Set(delivered).size },
    { claim: 'delivered more than once in the end', expected: 0, found: repeatsIn(delivered) },
  ];
}

async function refusedAgain({ sqs }: Stage, queue: StageQueue): Promise<Check> {
  const found = await sqs.purgeQueue({ QueueUrl: queue.url }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  return { claim: 'a second purge within 60 s', expected: 'PurgeQueueInProgress', found };
}
