// Everything that a broker can be asked to keep, by many at once, with each answer noted when it came. It ends when the
// connection does.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, codecs, type LeasedMessage, MillraceError } from '@millrace/client';
import type { Random } from '@millrace/harness';
import type { History } from './history.ts';
import { GROUP, PAIRS, PARTITIONS, READERS, TOPIC } from './places.ts';
import { placeOf } from './witness.ts';

const LARGE_VALUE_BYTES = 6_000;
const SHARE_CONFIG = {
  maxDeliveries: 3,
  visibilityTimeoutMs: 300,
  backoff: 'fixed',
  backoffBaseMs: 20,
} as const;

export interface Load {
  readonly client: Client;
  readonly history: History;
  readonly random: Random;
  /** Begins every payload: no two lives send the same. */
  readonly name: string;
  /** Offsets are committed from here on. */
  readonly offset: number;
}

export async function setUp({ client, history }: Load): Promise<void> {
  const { admin } = client;
  await admin.createTopic({ name: TOPIC, partitions: PARTITIONS });
  await admin.createTopic({ name: PAIRS, partitions: 1 });
  await admin.createShareGroup({ group: GROUP, topics: [TOPIC], config: SHARE_CONFIG });
  const config = { ...SHARE_CONFIG, maxDeliveries: 1_000 };
  await admin.createShareGroup({ group: PAIRS, topics: [TOPIC], config });
  history.note((told) => {
    told.isSetUp = true;
  });
}

/** Runs until `isOver`; what fails because the broker is gone is over too. */
export async function runLoad(load: Load, isOver: () => boolean): Promise<void> {
  const fork = (name: string): Load => ({ ...load, random: load.random.fork(), name });
  const { name } = load;
  const workers = [
    ...[1, 2, 3].map((n) => produceOne(fork(`${name}-one${n}`))),
    produceMany(fork(`${name}-many`)),
    ...[1, 2, 3].map(() => resolveSome(fork(name))),
    commitOffsets(fork(name)),
    makeTopics(fork(`${name}-topic`)),
  ];
  const worker = answerInPairs(load.client);
  await Promise.all(workers.map((step) => repeat(step, isOver)));
  await worker.close({ timeoutMs: 100 }).catch(() => undefined);
}

async function repeat(step: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      await sleep(5);
    }
  }
}

function produceOne({ client, history, random, name }: Load): () => Promise<void> {
  const producer = client.producer({ codec: codecs.text });
  let n = 0;
  return async () => {
    n += 1;
    const value = `${name}-${n}:${'x'.repeat(random.between(0, 900))}`;
    history.note((told) => told.sent.add(value));
    const partition = random.between(0, PARTITIONS - 1);
    const place = placeOf(await producer.send({ topic: TOPIC, value, partition }));
    history.note((told) => told.stored.set(place, value));
    if (random.chance(0.3)) await sleep(random.between(0, 8));
  };
}

/** Now and then so much that the commit does not fit into the journal. */
function produceMany({ client, history, random, name }: Load): () => Promise<void> {
  const producer = client.producer({ codec: codecs.text });
  let n = 0;
  return async () => {
    n += 1;
    const isLarge = random.chance(0.1);
    const count = isLarge ? 120 : random.between(1, 60);
    const fill = 'y'.repeat(isLarge ? LARGE_VALUE_BYTES : random.between(0, 300));
    const values = Array.from({ length: count }, (_, i) => `${name}-${n}-${i}:${fill}`);
    history.note((told) => {
      for (const value of values) told.sent.add(value);
    });
    const sent = await producer.sendBatch(
      TOPIC,
      values.map((value) => ({ value, key: value.slice(0, 20) })),
    );
    history.note((told) => {
      for (const [i, value] of values.entries()) {
        told.stored.set(`${sent.partitions[i]}/${sent.offsets[i]}`, value);
      }
    });
    await sleep(random.between(0, 20));
  };
}

function resolveSome({ client, history, random }: Load): () => Promise<void> {
  const queue = client.queue<string>(GROUP, { codec: codecs.text });
  return async () => {
    const maxMessages = random.between(1, 30);
    const messages = await queue.receive({ topics: TOPIC, maxMessages, maxWaitMs: 50 });
    const seen = messages.map((message) => [placeOf(message), message.deliveries] as const);
    history.note((told) => {
      for (const [place, count] of seen) {
        told.deliveries.set(place, Math.max(count, told.deliveries.get(place) ?? 0));
      }
    });
    await Promise.all(messages.map((message) => resolve(message, history, random)));
  };
}

async function resolve(
  message: LeasedMessage<string>,
  history: History,
  random: Random,
): Promise<void> {
  const place = placeOf(message);
  const choice = random.next();
  if (choice < 0.1) return;
  if (choice < 0.3) return message.release({ error: 'by chance' });
  if (choice < 0.35) return message.reject('by chance');
  history.note((told) => told.perhapsAccepted.add(place));
  await message.accept();
  history.note((told) => told.accepted.add(place));
}

function answerInPairs(client: Client) {
  return client.worker<string>({
    group: PAIRS,
    topics: TOPIC,
    codec: codecs.text,
    transactional: true,
    concurrency: 4,
    handler: (message, { send }) => {
      send({ topic: PAIRS, value: placeOf(message) });
    },
  });
}

function commitOffsets({ client, history, random, offset }: Load): () => Promise<void> {
  let asked = offset;
  return async () => {
    asked += 1;
    const now = asked;
    history.note((told) => {
      told.commitAsked = now;
    });
    await client.admin.commitGroupOffsets(READERS, [{ topic: TOPIC, partition: 0, offset: now }]);
    history.note((told) => {
      told.committed = now;
    });
    await sleep(random.between(0, 20));
  };
}

function makeTopics({ client, history, random, name }: Load): () => Promise<void> {
  let n = 0;
  return async () => {
    n += 1;
    const topic = `${name}-${n}`;
    const note = (isThere: boolean | undefined) =>
      history.note((told) => told.topics.set(topic, isThere));
    note(undefined);
    await client.admin.createTopic({ name: topic, partitions: random.between(1, 4) });
    note(true);
    await sleep(random.between(0, 30));
    if (random.chance(0.5)) return;
    note(undefined);
    await client.admin.deleteTopic(topic);
    note(false);
  };
}
