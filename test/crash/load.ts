// Load while the broker is killed: producers and queue workers that write down what they were told. They stop when
// asked to, not when the connection dies.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, type LeasedMessage, MillraceError } from '@millrace/client';
import type { Random } from '@millrace/harness';
import { placeOf, type Witness } from './witness.ts';

export const TOPIC = 'crash';
export const GROUP = 'crash';
export const PARTITIONS = 3;
export const MAX_DELIVERIES = 4;

export interface Running {
  stopped: boolean;
}

/** Errors that a killed broker may cause; anything else is a finding. */
const EXPECTED = new Set([
  'CONNECTION_LOST',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
]);

async function unlessKilled(
  witness: Witness,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isExpected = error instanceof MillraceError && EXPECTED.has(error.code);
    if (!isExpected) witness.violations.push(`${what}: ${String(error)}`);
    await sleep(5);
  }
}

function payload(name: string, random: Random): string {
  return `${name}:${'x'.repeat(random.between(0, 2_000))}`;
}

export async function produceOneByOne(
  client: Client,
  witness: Witness,
  random: Random,
  name: string,
  running: Running,
) {
  const producer = client.producer({ codec: codecs.text });
  for (let n = 0; !running.stopped; n += 1) {
    const value = payload(`${name}-${n}`, random);
    witness.sent.add(value);
    await unlessKilled(witness, 'produce', async () => {
      const sent = await producer.send({
        topic: TOPIC,
        value,
        partition: random.between(0, PARTITIONS - 1),
      });
      witness.stored.set(placeOf(sent), value);
    });
  }
}

export async function produceBatches(
  client: Client,
  witness: Witness,
  random: Random,
  name: string,
  running: Running,
) {
  const producer = client.producer({ codec: codecs.text });
  for (let n = 0; !running.stopped; n += 1) {
    const values = Array.from({ length: random.between(1, 200) }, (_, i) =>
      payload(`${name}-${n}-${i}`, random),
    );
    for (const value of values) witness.sent.add(value);
    await unlessKilled(witness, 'produce a batch', async () => {
      const { partitions, offsets } = await producer.sendBatch(
        TOPIC,
        values.map((value) => ({ value, key: value.slice(0, 20) })),
      );
      values.forEach((value, i) => {
        witness.stored.set(`${partitions[i]}/${offsets[i]}`, value);
      });
    });
  }
}

export async function workQueue(
  client: Client,
  witness: Witness,
  random: Random,
  running: Running,
) {
  const queue = client.queue<string>(GROUP, { codec: codecs.text });
  while (!running.stopped) {
    await unlessKilled(witness, 'receive', async () => {
      const messages = await queue.receive({
        topics: TOPIC,
        maxMessages: random.between(1, 50),
        maxWaitMs: 200,
      });
      for (const message of messages)
        witness.delivered(placeOf(message), message.deliveries, message.value);
      for (const message of messages) await resolve(message, witness, random);
    });
  }
}

/** The lease ended before the member said anything: somebody else decides, or the deliveries were exhausted. */
const TOO_LATE = new Set(['STALE_LEASE', 'ALREADY_RESOLVED']);

function isTooLate(error: unknown): boolean {
  return error instanceof MillraceError && TOO_LATE.has(error.code);
}

/** Accepts most, fails some, rejects few, and forgets some until their lease ends. */
async function resolve(
  message: LeasedMessage<string>,
  witness: Witness,
  random: Random,
): Promise<void> {
  const choice = random.next();
  const place = placeOf(message);
  try {
    if (choice < 0.1) return;
    if (choice < 0.25) return await message.release({ error: 'by chance' });
    if (choice < 0.27) return await message.reject('by chance');
    await message.accept();
    witness.accepted.add(place);
  } catch (error) {
    if (isTooLate(error)) return;
    if (choice >= 0.27) witness.perhapsAccepted.add(place);
    throw error;
  }
}
