// Carries out what is to change of a queue: settings of its share group, settings and annotations of its topic. Each of
// the two is one request, so that gateways beside each other do not overwrite what the other changed.

import type { Annotations, QueueChange } from './queue-change.ts';
import type { Admin, QueueState } from './queue-state.ts';
import { answerOr } from './queue-state.ts';

/** The group first: it is the part that the broker may refuse, and then nothing is done. */
export async function alterQueue(admin: Admin, name: string, change: QueueChange): Promise<void> {
  const { topic = {}, group = {}, annotations = {}, deadLetterTopic } = change;
  if (Object.keys(group).length > 0 || deadLetterTopic !== undefined) {
    await admin.alterShareGroup({ group: name, config: group, deadLetterTopic });
  }
  const config = Object.keys(topic).length > 0 ? topic : undefined;
  if (config === undefined && Object.keys(annotations).length === 0) return;
  await admin.alterTopic({ name, config, mergeAnnotations: annotations });
}

/** Changes annotations that are still as expected; false where somebody else changed them meanwhile. */
export async function exchangeAnnotations(
  admin: Admin,
  { topic }: QueueState,
  expectedAnnotations: Annotations,
  mergeAnnotations: Annotations,
): Promise<boolean> {
  const input = { name: topic.name, mergeAnnotations, expectedAnnotations };
  const answer = await answerOr(admin.alterTopic(input), ['ANNOTATIONS_CHANGED']);
  return answer !== 'ANNOTATIONS_CHANGED';
}
