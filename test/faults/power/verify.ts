// After a power cut: the log and the queue are held against what clients were told. [I1, I2, I3, I6]

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs } from '@millrace/client';
import { DEAD_LETTER_HEADERS } from '@millrace/protocol';
import { GROUP, TOPIC } from './places.ts';
import { type Place, placeOf, type Witness } from './witness.ts';

const DRAIN_MS_MAX = 60_000;

/** Every acknowledged record is there with its bytes; nothing is there that was not sent, nothing twice. */
export async function verifyLog(client: Client, witness: Witness): Promise<number> {
  const found = await readAll(client, TOPIC);
  const places = new Set<Place>();
  const payloads = new Set<string>();
  for (const { place, value } of found) {
    if (places.has(place)) witness.violations.push(`${place} was read twice`);
    if (payloads.has(value))
      witness.violations.push(`${place} holds a payload that is there twice`);
    if (!witness.sent.has(value)) witness.violations.push(`${place} holds what nobody sent`);
    places.add(place);
    payloads.add(value);
    const acknowledged = witness.stored.get(place);
    if (acknowledged !== undefined && acknowledged !== value)
      witness.violations.push(`${place} holds other bytes`);
  }
  for (const place of witness.stored.keys()) {
    if (!places.has(place)) witness.violations.push(`${place} was acknowledged and is lost`);
  }
  return found.length;
}

/** No delivery count is lower than one a client saw; what was accepted is not unresolved. */
export async function verifyDeliveries(client: Client, witness: Witness): Promise<void> {
  const { partitions } = await client.admin.describeTopic(TOPIC);
  for (const { partition, startOffset, endOffset } of partitions) {
    for (let fromOffset = startOffset; fromOffset < endOffset; fromOffset += 1_000) {
      const { messages } = await client.admin.peek({
        group: GROUP,
        topic: TOPIC,
        partition,
        fromOffset,
        maxMessages: 1_000,
        maxBytes: 8_000_000,
      });
      for (const { message, view } of messages) {
        const place = placeOf(message);
        if (view === null || view.state === 'acknowledged') continue;
        const seen = witness.deliveries.get(place) ?? 0;
        if (view.deliveries < seen)
          witness.violations.push(`${place}: count ${view.deliveries} after ${seen} was seen`);
        if (witness.accepted.has(place))
          witness.violations.push(`${place} was accepted and is ${view.state}`);
      }
    }
  }
}

/** Works off the rest; then every message is acknowledged or dead with one copy, never both. */
export async function verifyQueue(
  client: Client,
  witness: Witness,
  records: number,
): Promise<void> {
  const queue = client.queue<string>(GROUP, { codec: codecs.text });
  const deadline = performance.now() + DRAIN_MS_MAX;
  let totals = (await queue.stats()).totals;
  while (totals.fresh + totals.ready + totals.scheduled + totals.leased > 0) {
    if (performance.now() > deadline) {
      witness.violations.push(`the queue does not drain: ${JSON.stringify(totals)}`);
      return;
    }
    const messages = await queue.receive({ topics: TOPIC, maxMessages: 1_000, maxWaitMs: 100 });
    for (const message of messages)
      witness.delivered(placeOf(message), message.deliveries, message.value);
    await Promise.all(
      messages.map(async (message) => {
        await message.accept();
        witness.accepted.add(placeOf(message));
      }),
    );
    if (messages.length === 0) await sleep(20);
    totals = (await queue.stats()).totals;
  }
  await verifyDead(client, witness, records, totals);
}

async function verifyDead(
  client: Client,
  witness: Witness,
  records: number,
  totals: { readonly acknowledged: number; readonly dead: number; readonly removed: number },
): Promise<void> {
  const copies = await readAll(client, `${TOPIC}.dlq`);
  const sources = new Set(copies.map(({ source }) => source));
  if (sources.size !== copies.length)
    witness.violations.push('a message has two copies in the dead-letter topic');
  for (const place of sources) {
    if (witness.accepted.has(place))
      witness.violations.push(`${place} was accepted and is in the dead-letter topic`);
  }
  if (totals.dead !== copies.length)
    witness.violations.push(`${totals.dead} dead, but ${copies.length} copies`);
  if (totals.acknowledged + totals.dead !== records || totals.removed !== 0) {
    witness.violations.push(`${records} records, but ${JSON.stringify(totals)}`);
  }
  for (const place of witness.accepted) witness.perhapsAccepted.delete(place);
  const accepted = witness.accepted.size;
  if (
    totals.acknowledged < accepted ||
    totals.acknowledged > accepted + witness.perhapsAccepted.size
  ) {
    witness.violations.push(
      `${totals.acknowledged} acknowledged, but ${accepted} accepts were confirmed`,
    );
  }
}

interface Found {
  readonly place: Place;
  readonly value: string;
  /** Of a copy: where it came from. */
  readonly source: Place;
}

async function readAll(client: Client, topic: string): Promise<Found[]> {
  const { partitions } = await client.admin.describeTopic(topic);
  const total = partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
    0,
  );
  const found: Found[] = [];
  if (total === 0) return found;
  const consumer = client.consumer<string>({ topics: topic, codec: codecs.text });
  for await (const message of consumer) {
    const source = `${message.header(DEAD_LETTER_HEADERS.partition)}/${message.header(DEAD_LETTER_HEADERS.offset)}`;
    found.push({ place: placeOf(message), value: message.value, source });
    if (found.length === total) break;
  }
  await consumer.close();
  return found;
}
