// A dependency is down: every message fails until it is a dead letter. The dependency is mended, a dry run counts, the
// redrive brings all of them back, and they are handled.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_LETTER_HEADERS } from '@millrace/protocol';
import type { Check } from '../proof.ts';
import type { StageQueue } from '../stage/queue.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { effectsOf } from './outcome.ts';

const MESSAGES = 8;
const RECEIVES = 3;
const WORKERS = ['W1', 'W2'];

export const DLQ_REDRIVE: Scenario = {
  name: 'dlq-redrive',
  title: 'Dead letters and their redrive',
  claim:
    'Messages that died while a dependency was down are all handled after it is mended and they are redriven.',
  speed: 'fast',
  via: ['native', 'sqs'],
  spoil: 'the dead letters are redriven before the dependency is mended',
  play,
};

async function play(stage: Stage): Promise<Check[]> {
  const settings = { visibilityTimeoutSeconds: 10, maxReceives: RECEIVES };
  const queue = await stage.queue('shipments', settings);
  const dead = deadLettersOf(queue);
  const downPath = join(stage.directory, 'dependency-is-down');
  writeFileSync(downPath, '');
  stage.say('the dependency is down');
  const knobs = { failWhileExists: downPath, waitTimeSeconds: 1 };
  const workers = await Promise.all(WORKERS.map((name) => stage.worker(name, queue, knobs)));
  const sent = await stage.produce('producer', queue, { n: MESSAGES });
  await stage.until(
    `${MESSAGES} dead letters are there`,
    async () => (await dead.unresolved()) === MESSAGES,
  );
  const failed = workers.reduce((sum, worker) => sum + worker.count('failed'), 0);
  const { dead: died } = await queue.counts();
  await tellLetter(stage, dead);

  if (!stage.isSpoiled) rmSync(downPath);
  stage.say(existsSync(downPath) ? 'nobody mends the dependency' : 'the dependency is mended');
  const counted = await dryRun(stage, dead);
  const moved = await redrive(stage, dead);
  await stage.until('nothing is left in the queue', async () => (await queue.unresolved()) === 0);
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));

  const effects = await effectsOf(stage);
  const totals = await queue.counts();
  return [
    {
      claim: 'messages acknowledged to the producer',
      expected: MESSAGES,
      found: sent.acknowledged ?? 0,
    },
    {
      claim: 'failures while the dependency was down',
      expected: MESSAGES * RECEIVES,
      found: failed,
    },
    { claim: 'dead at the end of the outage, says the broker', expected: MESSAGES, found: died },
    { claim: 'dead letters that the dry run counts', expected: MESSAGES, found: counted },
    { claim: 'dead letters that the redrive moves', expected: MESSAGES, found: moved },
    { claim: 'dead letters that are left', expected: 0, found: await dead.unresolved() },
    { claim: "effects in the outside system's ledger", expected: MESSAGES, found: effects.total },
    { claim: 'messages with exactly one effect', expected: MESSAGES, found: effects.once },
    { claim: 'acknowledged, says the broker', expected: MESSAGES, found: totals.acknowledged },
  ];
}

function deadLettersOf({ name, deadLetters }: StageQueue): StageQueue {
  if (deadLetters === undefined) throw new Error(`${name} has no dead letters`);
  return deadLetters;
}

/** What the first dead letter says of itself. */
async function tellLetter(stage: Stage, { name }: StageQueue): Promise<void> {
  const { messages } = await stage.client.admin.peek({ topic: name, maxMessages: 1 });
  const letter = messages[0]?.message;
  const header = (what: keyof typeof DEAD_LETTER_HEADERS) =>
    letter?.header(DEAD_LETTER_HEADERS[what]);
  const error = header('error');
  const why = error === undefined ? '' : `: ${error}`;
  stage.say(
    `the first dead letter came from ${header('topic')}: ${header('reason')} after ${header('deliveries')} deliveries${why}`,
  );
}

/** Of the broker either way: the SQS API has none. */
async function dryRun(stage: Stage, dead: StageQueue): Promise<number> {
  const from = { topic: dead.name, group: dead.name };
  const { taskId } = await stage.client.admin.startRedrive({ ...from, dryRun: true });
  const { moved } = await stage.client.admin.waitForTask(taskId);
  stage.say(`a dry run counts ${moved} dead letters that would be moved, and moves none`);
  return moved;
}

async function redrive(stage: Stage, dead: StageQueue): Promise<number> {
  const moved = await (stage.via === 'sqs' ? moveBySqs(stage, dead) : moveNatively(stage, dead));
  stage.say(`the redrive moved ${moved} dead letters back to where they died`);
  return moved;
}

async function moveNatively({ client }: Stage, { name }: StageQueue): Promise<number> {
  const { taskId } = await client.admin.startRedrive({ topic: name, group: name });
  return (await client.admin.waitForTask(taskId)).moved;
}

async function moveBySqs(stage: Stage, { url: QueueUrl }: StageQueue): Promise<number> {
  const { sqs } = stage;
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
  const SourceArn = Attributes?.QueueArn;
  await sqs.startMessageMoveTask({ SourceArn });
  let moved = 0;
  await stage.until('the move task is completed', async () => {
    const { Results = [] } = await sqs.listMessageMoveTasks({ SourceArn });
    moved = Results[0]?.ApproximateNumberOfMessagesMoved ?? 0;
    return Results[0]?.Status === 'COMPLETED';
  });
  return moved;
}
