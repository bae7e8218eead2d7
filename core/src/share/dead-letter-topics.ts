// Which topic takes the dead messages of each topic of a share group: found by name, or to be created in the same
// decision. No chain of dead-letter topics leads back to where it began.

import { LIMITS } from '@millrace/protocol';
import type { Catalog, Topic } from '../catalog/catalog.ts';
import { refuseTable } from '../catalog/compacted.ts';
import { planTopics, type TopicSpec } from '../catalog/plan-topics.ts';
import { type Context, type Refused, refuse } from '../decision.ts';
import type { TopicConfig, Write } from '../rows.ts';

export interface PlannedDeadLetters {
  readonly error?: undefined;
  /** Source topic id -> dead-letter topic id. */
  readonly topicIds: ReadonlyMap<number, number>;
  /** They create the topics that were missing. */
  readonly writes: readonly Write[];
}

/** Source topics with the name of the dead-letter topic of each. */
export type DeadLetterNames = ReadonlyMap<Topic, string>;

export function deadLetterName(topic: Topic): string {
  return `${topic.name}.dlq`;
}

/**
 * Refused with INVALID_NAME, LIMIT_EXCEEDED, INVALID_CONFIG, DLQ_NOT_ALLOWED or DLQ_LOOP. Use it at most once in a decision. [L-26]
 * [L-27] [L-89]
 */
export function planDeadLetters(
  catalog: Catalog,
  groupId: number,
  names: DeadLetterNames,
  { ctx, loops }: { readonly ctx: Context; readonly loops: boolean },
): PlannedDeadLetters | Refused {
  const refusal = checkLengths(names);
  if (refusal !== undefined) return refusal;
  const planned = planTopics(catalog, missing(catalog, names), ctx);
  if (planned.error !== undefined) return planned;
  const topicIds = new Map<number, number>();
  for (const [topic, name] of names) {
    const made = planned.topics.find((created) => created.name === name);
    const found = made ?? catalog.topicByName(name);
    if (found !== undefined) topicIds.set(topic.topicId, found.topicId);
  }
  const unwelcome = checkAllowed(catalog, groupId, topicIds);
  if (unwelcome !== undefined) return unwelcome;
  const loop = loops ? undefined : findLoop(catalog, groupId, topicIds);
  if (loop !== undefined) {
    const source = catalog.topics.get(loop)?.name ?? '';
    return refuse('DLQ_LOOP', `Dead letters of ${source} would come back to ${source}.`, {
      field: 'deadLetterTopic',
    });
  }
  return { topicIds, writes: planned.writes };
}

function checkLengths(names: DeadLetterNames): Refused | undefined {
  const limit = LIMITS.topicNameBytesMax;
  for (const [topic, name] of names) {
    if (name !== deadLetterName(topic) || name.length <= limit) continue;
    const message = `${name} has more than ${limit} characters: name a dead-letter topic for ${topic.name}.`;
    const detail = { field: 'deadLetterTopic', limit: `${limit} characters` };
    return refuse('INVALID_NAME', message, detail);
  }
  return undefined;
}

/** Each name once, with as many partitions as the largest of its sources has. */
function missing(catalog: Catalog, names: DeadLetterNames): TopicSpec[] {
  const specs = new Map<string, TopicSpec>();
  for (const [topic, name] of names) {
    if (catalog.topicByName(name) !== undefined) continue;
    const partitions = Math.max(topic.partitions, specs.get(name)?.partitions ?? 0);
    specs.set(name, { name, partitions, config: null, annotations: null });
  }
  return [...specs.values()];
}

/** Where dead letters go to already they may go on: a topic's settings say who may begin. [L-89] */
function checkAllowed(
  catalog: Catalog,
  groupId: number,
  topicIds: ReadonlyMap<number, number>,
): Refused | undefined {
  for (const [sourceId, takerId] of topicIds) {
    const taker = catalog.topics.get(takerId);
    const source = catalog.topics.get(sourceId)?.name ?? '';
    const isUsed = catalog.attachment(groupId, sourceId)?.deadLetterTopicId === takerId;
    const table = taker === undefined ? undefined : refuseTable(taker, 'deadLetterTopic');
    if (table !== undefined) return table;
    if (taker === undefined || isUsed || takesFrom(taker.config, source)) continue;
    const message = `${taker.name} does not take dead letters of ${source}.`;
    return refuse('DLQ_NOT_ALLOWED', message, { field: 'deadLetterTopic' });
  }
  return undefined;
}

function takesFrom({ deadLettersFrom, deadLetterSources }: TopicConfig, source: string): boolean {
  if (deadLettersFrom === 'listed') return deadLetterSources.includes(source);
  return deadLettersFrom === 'all';
}

/** A source topic that its own dead letters would reach, over any groups. */
function findLoop(
  catalog: Catalog,
  groupId: number,
  topicIds: ReadonlyMap<number, number>,
): number | undefined {
  /** Topics that dead messages of the topic go to, as it would be. */
  function* takersOf(from: number): Generator<number> {
    const planned = topicIds.get(from);
    if (planned !== undefined) yield planned;
    for (const attachedId of catalog.shareGroupsOf.get(from) ?? []) {
      if (attachedId === groupId && planned !== undefined) continue;
      const taker = catalog.attachment(attachedId, from)?.deadLetterTopicId ?? null;
      if (taker !== null) yield taker;
    }
  }
  for (const topicId of topicIds.keys()) {
    if (reaches(takersOf, topicId, topicId)) return topicId;
  }
  return undefined;
}

function reaches(
  takersOf: (topicId: number) => Iterable<number>,
  from: number,
  to: number,
): boolean {
  const seen = new Set<number>();
  const pending = [...takersOf(from)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    for (const taker of takersOf(next)) pending.push(taker);
  }
  return false;
}
