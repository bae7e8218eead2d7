// The writes that create topics, for whoever creates them: CreateTopic, or a share group its dead-letter topics.
// Several at once, since ids are given out in a row within one decision. It writes nothing else.

import { LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { type Context, type Refused, refuse } from '../decision.ts';
import { put, type TopicRow, type Write } from '../rows.ts';
import type { Catalog, Topic } from './catalog.ts';
import { checkAnnotations } from './check-annotations.ts';
import { checkName } from './check-name.ts';
import { newTopicConfig, type TopicConfigChange } from './topic-config.ts';

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly config: Partial<TopicConfigChange> | null;
  readonly annotations: TopicRow['annotations'] | null;
}

export interface PlannedTopics {
  readonly error?: undefined;
  /** The topics as they will be, in the order of the specs. */
  readonly topics: readonly Topic[];
  readonly writes: readonly Write[];
}

/** All or none. Use it at most once in a decision: a second call would give out the same ids. */
export function planTopics(
  catalog: Catalog,
  specs: readonly TopicSpec[],
  ctx: Context,
): PlannedTopics | Refused {
  const refusal = checkRoom(catalog, specs);
  if (refusal !== undefined) return refusal;
  const topics: Topic[] = [];
  const names = new Set<string>();
  for (const spec of specs) {
    const topic = planOne(catalog, spec, catalog.nextTopicId + topics.length, ctx);
    if (topic.error !== undefined) return topic;
    if (names.has(spec.name)) return exists(spec.name);
    names.add(spec.name);
    topics.push(topic);
  }
  if (topics.length === 0) return { topics, writes: [] };
  const writes: Write[] = [put('meta', ['nextTopicId'], catalog.nextTopicId + topics.length)];
  for (const { topicId, ...row } of topics) writes.push(put('topics', [topicId], row));
  return { topics, writes };
}

function planOne(
  catalog: Catalog,
  spec: TopicSpec,
  topicId: number,
  ctx: Context,
): (Topic & { readonly error?: undefined }) | Refused {
  const { name, partitions } = spec;
  assert(Number.isInteger(partitions) && partitions > 0, 'the codec checked the partitions');
  assert(partitions <= LIMITS.partitionsPerTopicMax, 'the codec checked the partitions');
  const refusal = checkName(name, 'name');
  if (refusal !== undefined) return refusal;
  if (catalog.topicIds.has(name)) return exists(name);
  const checked = newTopicConfig(spec.config);
  if (checked.error !== undefined) return checked;
  const { config } = checked;
  const annotations = spec.annotations ?? {};
  const oversized = checkAnnotations(annotations);
  if (oversized !== undefined) return oversized;
  return { topicId, name, partitions, createdAtMs: ctx.nowMs, config, annotations };
}

function exists(name: string): Refused {
  return refuse('TOPIC_EXISTS', `A topic named ${name} exists.`, { field: 'name' });
}

function checkRoom(catalog: Catalog, specs: readonly TopicSpec[]): Refused | undefined {
  if (catalog.topics.size + specs.length > LIMITS.topicsMax) {
    return limited('name', `${LIMITS.topicsMax} topics`);
  }
  let partitions = 0;
  for (const spec of specs) partitions += spec.partitions;
  return checkPartitions(catalog, partitions);
}

/** Refused where `added` partitions more would pass the limit of the broker. */
export function checkPartitions(catalog: Catalog, added: number): Refused | undefined {
  if (catalog.partitionsTotal + added <= LIMITS.partitionsMax) return undefined;
  return limited('partitions', `${LIMITS.partitionsMax} partitions in all topics`);
}

function limited(field: string, limit: string): Refused {
  return refuse('LIMIT_EXCEEDED', `The broker holds at most ${limit}.`, { field, limit });
}
