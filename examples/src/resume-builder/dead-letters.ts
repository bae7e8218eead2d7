// Looks at each message that died: says why, and tells the user. It reads the dead letters as a log, so that they stay where they are,
// in their queue, until a person decides. One transaction for each: every death is told once.

import { failureOf } from './causes.ts';
import type { StartRole } from './part.ts';
import { TOPICS, to } from './queues.ts';

// #region dead-letters
export const startDeadLetters: StartRole = async (client, { say }) => {
  const transformer = client.transformer({
    topics: TOPICS.dead.name,
    codec: TOPICS.dead.codec,
    group: 'resume-dead-letters',
    // After a crash another one takes over when this is over.
    sessionTimeoutMs: 6_000,
    eachMessage: (letter, { produce }) => {
      const failure = failureOf(letter);
      const { id, user, cause, error } = failure;
      const outputs = [
        to(TOPICS.failures, id, failure),
        to(TOPICS.events, user, { kind: 'failed', user, cause, error }),
      ];
      for (const { topic, ...message } of outputs) produce(topic, message);
      say(`${cause} for ${user}: ${error}`);
    },
  });
  return [transformer];
};
// #endregion
