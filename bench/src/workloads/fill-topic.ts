// The backlog of workloads that read: made before the first run, through the same client.

import { runLanes } from '../lanes.ts';
import { BatchSender, TOPIC } from './batch-sender.ts';
import type { Arena } from './workload.ts';

const BATCHES_IN_FLIGHT = 8;

/** Creates the topic and fills it with whole batches; returns how many records are in it. With `keys` they have keys. */
export async function fillTopic(
  { client, settings, progress }: Arena,
  batch: number,
  keys?: number,
): Promise<number> {
  const { partitions, backlog, recordBytes } = settings;
  await client.admin.createTopic({ name: TOPIC, partitions });
  const sender = new BatchSender(client, {
    recordBytes,
    partitions,
    batch: Math.min(batch, backlog),
    inFlight: BATCHES_IN_FLIGHT,
    distinctKeys: keys,
  });
  const step = progress.start('fill the topic', backlog);
  let begun = 0;
  await runLanes(BATCHES_IN_FLIGHT, async () => {
    if (begun >= backlog) return false;
    begun += Math.min(batch, backlog);
    await sender.send();
    step.reached(sender.acknowledged);
    return true;
  });
  step.done();
  await sender.verify();
  await sender.close();
  return sender.acknowledged;
}
