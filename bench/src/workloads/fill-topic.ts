// The backlog of workloads that read: made before the first run, through the same client.

import { runLanes } from '../lanes.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import type { Arena } from './workload.ts';

const BATCHES_IN_FLIGHT = 8;

/** Creates the topic and fills it with whole batches; returns how many records are in it. With `keys` they have keys. */
export async function fillTopic(arena: Arena, batch: number, keys?: number): Promise<number> {
  const { client, settings } = arena;
  const { partitions, backlog } = settings;
  await client.admin.createTopic({ name: TOPIC, partitions });
  const sender = new BatchSender(client, {
    ...settings,
    batch: Math.min(batch, backlog),
    inFlight: BATCHES_IN_FLIGHT,
    distinctKeys: keys,
  });
  await fillBy(sender, arena, backlog);
  await sender.close();
  return sender.acknowledged;
}

/** Sends whole batches until the topic holds at least so many records. */
export async function fillBy(
  sender: BatchSender,
  { progress }: Pick<Arena, 'progress'>,
  records: number,
): Promise<void> {
  const step = progress.start('fill the topic', records);
  let begun = sender.acknowledged;
  await runLanes(BATCHES_IN_FLIGHT, async () => {
    if (begun >= records) return false;
    begun += sender.batch;
    await sender.send();
    step.reached(sender.acknowledged);
    return true;
  });
  step.done();
  await sender.verify();
}
