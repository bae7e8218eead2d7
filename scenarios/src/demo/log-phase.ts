// The topic as a log: produce all flights keyed by distance, read them back with a consumer group of two members.

import { setTimeout } from 'node:timers/promises';
import { type Client, type Consumer, codecs } from '@millrace/client';
import { addDelay, type DelaysByDistance, type Flight, keyOf } from './flights.ts';
import { Step, type StepResult } from './progress.ts';

export const TOPIC = 'flights';
export const PARTITIONS = 8;
const BATCH = 2_000;
const IDLE_MS_MAX = 30_000;

export async function produceFlights(
  client: Client,
  flights: readonly Flight[],
  quiet: boolean,
): Promise<StepResult> {
  await client.admin.createTopic({ name: TOPIC, partitions: PARTITIONS });
  const producer = client.producer<Flight>({ codec: codecs.json<Flight>() });
  const step = new Step('produce, keyed by distance', flights.length, quiet);
  let produced = 0;
  for (let at = 0; at < flights.length; at += BATCH) {
    const batch = flights.slice(at, at + BATCH).map((value) => ({ key: keyOf(value), value }));
    const sent = await producer.sendBatch(TOPIC, batch);
    produced += sent.offsets.length;
    step.advance(produced);
  }
  await producer.close();
  return step.done(produced);
}

export interface GroupReading extends StepResult {
  readonly delays: DelaysByDistance;
  /** Records each of the members read. */
  readonly shares: readonly number[];
  /** Records that came a second time. */
  readonly repeated: number;
}

/** Two members share the partitions; it ends when they have read as many distinct records as there are. */
export async function readWithGroup(
  client: Client,
  total: number,
  quiet: boolean,
): Promise<GroupReading> {
  const delays: DelaysByDistance = new Map();
  const seen = new Set<string>();
  const step = new Step('read by a group of two', total, quiet);
  const members = [0, 1].map(() =>
    client.consumer<Flight>({ group: 'statistics', topics: TOPIC, codec: codecs.json<Flight>() }),
  );
  let repeated = 0;
  let lastSeenMs = performance.now();

  async function read(member: Consumer<Flight>): Promise<number> {
    let count = 0;
    for await (const batch of member.batches()) {
      for (const message of batch.messages) {
        const place = `${message.partition}/${message.offset}`;
        count += 1;
        if (seen.has(place)) {
          repeated += 1;
          continue;
        }
        seen.add(place);
        addDelay(delays, message.value);
      }
      lastSeenMs = performance.now();
    }
    return count;
  }

  const readings = members.map(read);
  while (seen.size < total && performance.now() - lastSeenMs < IDLE_MS_MAX) {
    await setTimeout(50);
    step.advance(seen.size);
  }
  const result = step.done(seen.size);
  for (const member of members) await member.close();
  return { ...result, delays, shares: await Promise.all(readings), repeated };
}
