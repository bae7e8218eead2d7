// Whether a topic id and a partition number name something that exists.

import type { Catalog } from '../catalog/catalog.ts';
import { type Refused, refuse } from '../decision.ts';

/** Refused with UNKNOWN_TOPIC or UNKNOWN_PARTITION, or undefined where the partition exists. */
export function missingPartition(
  catalog: Catalog,
  topicId: number,
  partition: number,
): Refused | undefined {
  const topic = catalog.topics.get(topicId);
  if (topic === undefined) return refuse('UNKNOWN_TOPIC', `No topic has the id ${topicId}.`);
  if (partition < topic.partitions) return undefined;
  const limit = `0 to ${topic.partitions - 1}`;
  const message = `${topic.name} has no partition ${partition}, only ${limit}.`;
  return refuse('UNKNOWN_PARTITION', message, { field: 'partition', limit });
}
