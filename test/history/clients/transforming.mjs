// What a transformer under test does: each amount goes to `out`, and every third one to `thirds`, with its place.
import { pause } from './pause.mjs';

/**
 * @param {import('@millrace/client').Client} client
 * @param {string} group
 */
export function transformAll(client, group) {
  /** @type {import('@millrace/client').TransformerOptions<{ amount: number }>} */
  const options = {
    topics: 'in',
    group,
    sessionTimeoutMs: 1_000,
    eachMessage: async (message, { produce }) => {
      const { partition, offset, key } = message;
      const { amount } = message.value;
      if (Math.random() < 0.02) await pause(Math.random() * 5);
      produce('out', { key, value: { from: `${partition}/${offset}`, amount } });
      if (amount % 3 === 0)
        produce('thirds', { value: { from: `${partition}/${offset}`, amount } });
    },
  };
  return client.transformer(options);
}
