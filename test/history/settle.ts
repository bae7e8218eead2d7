// The beginning and the end of a history, whoever makes it: what there is before clients work, and how everything that waits
// is worked off once nothing goes wrong any more.

import { type Client, MillraceError } from '@millrace/client';
import {
  FEED,
  JOBS,
  MAX_DELIVERIES,
  OUTPUTS,
  SHARE_GROUPS,
  TRANSFORM_GROUP,
  VISIBILITY_MS,
} from './clients/names.mjs';
import { pause } from './clients/pause.mjs';
import { receive, say } from './clients/queue-work.mjs';
import type { Recorder } from './clients/recorder.mjs';
import { letterTopic } from './truth.ts';

const SETTLE_MS_MAX = 120_000;

export async function prepare({ admin }: Client): Promise<void> {
  for (const { topic, partitions } of [JOBS, FEED, ...OUTPUTS]) {
    await admin.createTopic({ name: topic, partitions });
  }
  for (const { name: group, ordering } of SHARE_GROUPS) {
    const config = {
      ordering,
      maxDeliveries: MAX_DELIVERIES,
      visibilityTimeoutMs: VISIBILITY_MS,
      backoff: 'fixed',
      backoffBaseMs: 30,
    } as const;
    const deadLetterTopic = letterTopic(group);
    await admin.createShareGroup({ group, topics: [JOBS.topic], deadLetterTopic, config });
  }
}

/** Everything in the group is given to this client, which accepts it. */
export async function drain(client: Client, recorder: Recorder, group: string): Promise<void> {
  const queue = client.queue<{ id: string }>(group);
  const giveUpAt = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const options = { topics: JOBS.topic, maxMessages: 200, maxWaitMs: 100 };
    const messages = await receive(queue, recorder, options);
    await Promise.all(messages.map((message) => say(recorder, group, message, 'accept')));
    if (messages.length > 0) continue;
    const { totals } = await queue.stats();
    if (totals.oldestUnresolvedMs === null) return;
    if (performance.now() > giveUpAt)
      throw new Error(`${group} does not drain: ${JSON.stringify(totals)}`);
  }
}

/** Until the transformers have committed all of their input. */
export async function untilTransformed({ admin }: Client): Promise<void> {
  const giveUpAt = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { partitions } = await admin.describeTopic(FEED.topic);
    const offsets = await admin.groupOffsets(TRANSFORM_GROUP);
    const isDone = partitions.every(({ partition, endOffset }) => {
      const found = offsets.find((one) => one.partition === partition);
      return (found?.offset ?? 0) === endOffset;
    });
    if (isDone) return;
    if (performance.now() > giveUpAt)
      throw new Error(`not transformed to the end: ${JSON.stringify({ partitions, offsets })}`);
    await pause(50);
  }
}

/** Sends the dead letters of every group back to where they died, whatever goes wrong meanwhile. */
export async function redrive({ admin }: Client): Promise<void> {
  for (const { name } of SHARE_GROUPS) {
    const topic = letterTopic(name);
    const isOver = async () => {
      const found = (await admin.tasks()).filter((task) => task.topic === topic);
      if (found.length === 0) await admin.startRedrive({ topic, ratePerSecond: 50 });
      return found.some(({ state }) => state !== 'running');
    };
    while (!(await isOver().catch(unlessFault))) await pause(50);
  }
}

/** What a lost connection or a commit that failed may be told as, or a redrive that was heard of after all. */
const FAULTS: ReadonlySet<string> = new Set([
  'CONNECTION_LOST',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'STORAGE_ERROR',
  'LIMIT_EXCEEDED',
]);

function unlessFault(error: unknown): false {
  if (error instanceof MillraceError && FAULTS.has(error.code)) return false;
  throw error;
}
