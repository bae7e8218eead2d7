// What a member of a consumer group of a history does: it reads, and commits what it has read every now and then.
import { FEED, READERS_GROUP } from './names.mjs';

/** @param {import('./client-process.mjs').Work} work */
export async function readAll({ client, recorder, random, stopping }) {
  const { topic } = FEED;
  /** @param {string} what */
  const noted = (what) => {
    /** @param {readonly { partition: number }[]} partitions */
    return (partitions) => {
      recorder.note(what, { partitions: partitions.map(({ partition }) => partition) });
    };
  };
  /** @type {import('@millrace/client').Consumer<{ id: string }>} */
  const consumer = client.consumer({
    topics: topic,
    group: READERS_GROUP,
    commit: 'manual',
    sessionTimeoutMs: 1_000,
    maxWaitMs: 300,
    maxBatchMessages: 50,
    onAssigned: noted('assigned'),
    onRevoked: noted('revoked'),
    onLost: noted('lost'),
  });
  const read = async () => {
    for await (const { partition, messages } of consumer.batches()) {
      const [first] = messages;
      const ids = messages.map(({ value }) => value.id);
      const offsets = messages.map(({ offset }) => offset);
      recorder.note('read', { partition, offsets, ids });
      if (first === undefined || random.chance(0.5)) continue;
      const offset = (offsets.at(-1) ?? 0) + 1;
      const at = [{ topic, partition, offset }];
      await recorder.call(
        'commit',
        { partition, offset },
        () => consumer.commit(at),
        () => ({}),
      );
    }
  };
  void stopping.then(() => consumer.close());
  await read();
}
