// Where a consumer group goes on, looked at and moved by administrators.

import { MillraceError } from '@millrace/protocol';
import type { TopicPartition } from '../consumer/claims.ts';
import type { Metadata } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { commitGroupOffsets, groupOffsets, listOffsets, type StartAt } from './offsets.ts';

/** A place to go on from. */
export type ResetTo =
  | 'earliest'
  | 'latest'
  /** In partitions that do not reach so far: the nearest offset they have. */
  | { readonly offset: number }
  /** The first record appended at or after this time, ms since 1970. */
  | { readonly timestampMs: number }
  /** The first record appended within the last so many ms, by the broker's clock. */
  | { readonly durationMs: number }
  /** So many offsets on from what is committed, or back; from the start where nothing is. */
  | { readonly shiftBy: number };

/** Where the offsets of a group are to be moved. */
export interface GroupReset {
  readonly to: ResetTo;
  /** All partitions of these topics. Neither topics nor partitions: all that the group has committed. */
  readonly topics?: readonly string[] | undefined;
  readonly partitions?: readonly TopicPartition[] | undefined;
  /** Only tells what would be. */
  readonly dryRun?: boolean | undefined;
}

/** An offset of a group that was moved, or would be. */
export interface ResetOffset extends TopicPartition {
  /** What was committed; null: nothing. */
  readonly before: number | null;
  readonly offset: number;
  /** Records from there to the end. */
  readonly lag: number;
}

/** Throws GROUP_NOT_EMPTY, UNKNOWN_TOPIC, UNKNOWN_PARTITION, INVALID_REQUEST: then nothing has moved. */
export async function resetGroupOffsets(
  link: Link,
  metadata: Metadata,
  group: string,
  reset: GroupReset,
  options?: RequestOptions,
): Promise<ResetOffset[]> {
  checkPlace(reset.to);
  const committed = new Map(
    (await groupOffsets(link, group, options)).map((at) => [keyOf(at), at.offset]),
  );
  const targets = await targetsOf(metadata, reset, [...committed.keys()], options);
  if (targets.length === 0) {
    const text = `Group '${group}' has committed nothing: name topics or partitions.`;
    throw new MillraceError('INVALID_REQUEST', text, { field: 'topics' });
  }
  const ask = (at: StartAt) =>
    listOffsets(
      link,
      metadata,
      targets.map((target) => ({ ...target, at })),
      options,
    );
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')]);
  const at = placeByTime(reset.to, link.brokerNowMs);
  const places = at === undefined ? undefined : await ask(at);
  const plan = targets.map((target, index): ResetOffset => {
    const start = starts[index]?.offset ?? 0;
    const end = ends[index]?.offset ?? 0;
    const before = committed.get(keyOf(target)) ?? null;
    const wanted = places?.[index]?.offset ?? wantedOffset(reset.to, start, end, before);
    const offset = Math.min(end, Math.max(start, wanted));
    return { ...target, before, offset, lag: end - offset };
  });
  if (reset.dryRun !== true) await commitGroupOffsets(link, metadata, group, plan, options);
  return plan;
}

function checkPlace(to: ResetTo): void {
  if (to === 'earliest' || to === 'latest') return;
  const places: [string, number][] =
    typeof to === 'object' && to !== null ? Object.entries(to) : [];
  const [[name, value] = ['', -1], ...more] = places;
  const isKnown = ['offset', 'timestampMs', 'durationMs', 'shiftBy'].includes(name);
  if (!isKnown || more.length > 0) {
    const text =
      "to is 'earliest', 'latest', { offset }, { timestampMs }, { durationMs } or { shiftBy }.";
    throw new MillraceError('INVALID_REQUEST', text, { field: 'to' });
  }
  if (Number.isSafeInteger(value) && (name === 'shiftBy' || value >= 0)) return;
  const range = name === 'shiftBy' ? 'an integer' : 'an integer from 0';
  const text = `to.${name} is ${range}, not ${String(value)}.`;
  throw new MillraceError('INVALID_REQUEST', text, { field: `to.${name}` });
}

async function targetsOf(
  metadata: Metadata,
  { topics, partitions }: GroupReset,
  committed: readonly string[],
  options?: RequestOptions,
): Promise<TopicPartition[]> {
  if (topics === undefined && partitions === undefined) return committed.map(partitionOf);
  const ofTopics = await Promise.all(
    (topics ?? []).map(async (topic) => {
      // Partitions may have been added since: the broker is asked.
      const { partitions: count } = await metadata.refresh(topic, options);
      return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    }),
  );
  const named = (partitions ?? []).map(({ topic, partition }) => ({ topic, partition }));
  const keys = new Set([...ofTopics.flat(), ...named].map(keyOf));
  return [...keys].map(partitionOf);
}

function placeByTime(to: ResetTo, nowMs: number): StartAt | undefined {
  if (typeof to === 'string') return undefined;
  if ('timestampMs' in to) return to;
  if ('durationMs' in to) return { timestampMs: Math.max(0, Math.floor(nowMs - to.durationMs)) };
  return undefined;
}

function wantedOffset(to: ResetTo, start: number, end: number, before: number | null): number {
  if (to === 'earliest') return start;
  if (to === 'latest') return end;
  if ('offset' in to) return to.offset;
  return 'shiftBy' in to ? (before ?? start) + to.shiftBy : start;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function partitionOf(key: string): TopicPartition {
  const at = key.lastIndexOf('/');
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) };
}
