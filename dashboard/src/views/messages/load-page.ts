// A page of messages for the browser: of one partition's log by offsets, of a search, or of a queue's messages.
import { call } from '../../api/call.ts';
import { Problem } from '../../api/problem.ts';
import { type Browse, isSearch, nameAndValueOf, windowOf } from './browse-query.ts';
import type { Message, Queued } from './message-shapes.ts';

export interface BrowsedRow {
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  /** Null where the log holds it no longer. */
  readonly message: Message | null;
  /** What it is in the queue, where one is asked. */
  readonly queued: Queued | null;
}

/** Where another page begins: what changes in the address. */
export type PagePlace = Pick<Browse, 'from' | 'token' | 'atMs'>;

export interface BrowsedPage {
  readonly rows: readonly BrowsedRow[];
  /** Null: this is the first. Undefined: only who came from there knows. */
  readonly previous: PagePlace | null | undefined;
  readonly next: PagePlace | null;
  /** How many messages a search looked at. */
  readonly looked: number | null;
  /** The topic has so many partitions that one has to be chosen. */
  readonly tooMany?: number;
}

export const PAGE_ROWS = 50;
/** The gateway searches so many at a time. */
const PARTITIONS_MAX = 64;

export interface TopicBounds {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export async function loadPage(browse: Browse, signal: AbortSignal): Promise<BrowsedPage> {
  const { queue } = browse;
  const isFound = isSearch(browse) || browse.atMs !== null;
  if (queue !== null && !isFound) return queuePage(browse, queue, signal);
  const { partitions } = await call('GET /topics/{topic}', {
    path: { topic: browse.topic },
    signal,
  });
  const partition = browse.partition ?? (partitions.length === 1 ? 0 : null);
  if (partition === null && partitions.length > PARTITIONS_MAX) {
    const tooMany = partitions.length;
    return { rows: [], previous: null, next: null, looked: null, tooMany };
  }
  const found = { ...browse, partition };
  if (queue !== null) return inQueue(await searchPage(found, signal), found, queue, signal);
  if (partition === null || isSearch(browse)) return searchPage(found, signal);
  const bounds = partitions[partition];
  if (bounds === undefined) return { rows: [], previous: null, next: null, looked: null };
  return logPage(browse, bounds, signal);
}

const atOffset = (from: number | null): PagePlace | null =>
  from === null ? null : { from, token: null, atMs: null };

const atToken = (token: string | null): PagePlace | null =>
  token === null ? null : { from: null, token, atMs: null };

async function logPage(
  browse: Browse,
  bounds: TopicBounds,
  signal: AbortSignal,
): Promise<BrowsedPage> {
  const { partition } = bounds;
  const path = { topic: browse.topic };
  const from = await startOf(browse, partition, signal);
  // Nothing was appended since that time.
  const isAfterAll = browse.atMs !== null && from !== null && from >= bounds.endOffset;
  const window = isAfterAll ? null : windowOf(bounds, { first: browse.first, from }, PAGE_ROWS);
  if (window === null) return { rows: [], previous: null, next: null, looked: null };
  const { offset, count } = window;
  const query = { partition, offset, max: count };
  const { records } = await call('GET /topics/{topic}/records', { path, query, signal });
  // A compacted log has fewer records than offsets: what follows is of the next page.
  const own = records.filter((record) => record.offset < offset + count).map(rowOf);
  return {
    rows: browse.first === 'newest' ? own.toReversed() : own,
    previous: atOffset(window.previous),
    next: atOffset(window.next),
    looked: null,
  };
}

/** The offset that a time means, or the one that is asked for. */
async function startOf(
  { topic, from, atMs }: Browse,
  partition: number,
  signal: AbortSignal,
): Promise<number | null> {
  if (atMs === null) return from;
  const { partitions } = await call('GET /topics/{topic}/offsets', {
    path: { topic },
    query: { at: atMs },
    signal,
  });
  return partitions.find((one) => one.partition === partition)?.offset ?? null;
}

async function searchPage(browse: Browse, signal: AbortSignal): Promise<BrowsedPage> {
  const { topic, partition, first, from, token, atMs, key, header, text, field } = browse;
  const { name, value } = nameAndValueOf(header);
  const member = nameAndValueOf(field);
  // An offset is of one partition.
  const start = token ?? (partition === null ? undefined : (from ?? undefined));
  const { matches, looked, next } = await call('GET /topics/{topic}/search', {
    path: { topic },
    query: {
      partition,
      from: start,
      timestampMs: start === undefined ? atMs : undefined,
      order: first,
      key,
      header: name,
      headerValue: value,
      text,
      field: member.name,
      value: member.value,
      limit: PAGE_ROWS,
    },
    signal,
  });
  const previous = token === null && from === null ? null : undefined;
  return { rows: matches.map(rowOf), previous, next: atToken(next), looked };
}

/** A queue is listed by state alone: what else is asked for is found in the log, and then looked up in the queue. */
async function inQueue(
  page: BrowsedPage,
  { state }: Browse,
  queue: string,
  signal: AbortSignal,
): Promise<BrowsedPage> {
  const rows = await Promise.all(
    page.rows.map(async (row) => ({ ...row, queued: await queuedOf(queue, row.id, signal) })),
  );
  return { ...page, rows: rows.filter(({ queued }) => state === null || queued?.state === state) };
}

/** Null: the log has let go of it since it was found. */
async function queuedOf(queue: string, id: string, signal: AbortSignal): Promise<Queued | null> {
  try {
    return await call('GET /queues/{queue}/messages/{id}', { path: { queue, id }, signal });
  } catch (error) {
    if (error instanceof Problem && error.code === 'OFFSET_OUT_OF_RANGE') return null;
    throw error;
  }
}

async function queuePage(
  { topic, state, partition, from, token }: Browse,
  queue: string,
  signal: AbortSignal,
): Promise<BrowsedPage> {
  const start = token ?? (from === null ? undefined : `${partition ?? 0}:${from}`);
  const { messages, next } = await call('GET /queues/{queue}/messages', {
    path: { queue },
    query: { topic, state, partition, from: start, limit: PAGE_ROWS },
    signal,
  });
  const rows = messages.map((queued) => {
    const { id, partition: own, offset, message = null } = queued;
    return { id, partition: own, offset, message, queued };
  });
  return {
    rows,
    previous: start === undefined ? null : undefined,
    next: atToken(next),
    looked: null,
  };
}

function rowOf(message: Message): BrowsedRow {
  const { id, partition, offset } = message;
  return { id, partition, offset, message, queued: null };
}
