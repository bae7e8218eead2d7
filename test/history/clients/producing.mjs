// What a producer of a history does: it sends jobs one by one and in batches, and amounts for the transformer. Every
// message has an id that no other one has.
import { SendBatchError } from '@millrace/client';
import { FEED, JOBS } from './names.mjs';
import { pause } from './pause.mjs';

const KEYS = 12;
const PAD_BYTES_MAX = 600;

/** @param {import('./client-process.mjs').Work} work */
export async function produceAll({ client, recorder, random, name, running, pauseMsMax }) {
  const producer = client.producer();
  let made = 0;

  const newId = () => {
    made += 1;
    return `${name}-${made}`;
  };

  /**
   * Where each message lies, as far as the producer was told.
   *
   * @param {string} topic
   * @param {readonly { value: { id: string }, key?: string, partition?: number }[]} messages
   */
  const send = async (topic, messages) => {
    const ids = messages.map(({ value }) => value.id);
    const keys = messages.map(({ key }) => key ?? null);
    const places = async () => {
      try {
        return await producer.sendBatch(topic, messages);
      } catch (error) {
        const isPart = error instanceof SendBatchError && error.failures < messages.length;
        if (!isPart) throw error;
        return error;
      }
    };
    await recorder.call('send', { topic, ids, keys }, places, ({ partitions, offsets }) => ({
      partitions,
      offsets,
    }));
    await pause(random.between(0, pauseMsMax));
  };

  const job = () => ({
    value: { id: newId(), pad: 'x'.repeat(random.between(0, PAD_BYTES_MAX)) },
    ...(random.chance(0.9) && { key: `k${random.between(1, KEYS)}` }),
  });

  const one = async () => {
    while (!running.stopped) {
      await send(JOBS.topic, [{ ...job(), partition: random.between(0, JOBS.partitions - 1) }]);
    }
  };
  const many = async () => {
    while (!running.stopped) {
      await send(JOBS.topic, Array.from({ length: random.between(2, 12) }, job));
    }
  };
  const feed = async () => {
    while (!running.stopped) {
      const partition = random.between(0, FEED.partitions - 1);
      const messages = Array.from({ length: random.between(1, 20) }, () => ({
        value: { id: newId(), amount: random.between(1, 1_000) },
        partition,
      }));
      await send(FEED.topic, messages);
    }
  };
  await Promise.all([one(), many(), feed()]);
}
