// Searches the log of a topic, a bounded piece at a time: of each partition from its place on, in the order of time over
// all. It leases nothing and changes nothing.

import type { Client } from '@millrace/client';
import { type LogRecord, messageId } from '@millrace/protocol';
import { bytesOf } from '../schemas/each-record.ts';
import { type MessageShape, messageShape } from '../schemas/message.ts';
import type { Match } from './match-record.ts';
import { type Order, PartitionScan, type ScanPlace } from './partition-scan.ts';

/** What one request looks at. */
export const SEARCH_LOOKED_MAX = 10_000;
/** Requests to the broker: those that find nothing count too. */
const LOOKS_MAX = 200;
/** Bytes of records looked at, and of those found. */
const LOOKED_BYTES_MAX = 16 * 1024 * 1024;
const FOUND_BYTES_MAX = 2 * 1024 * 1024;
/** Of all partitions together, waiting their turn. */
const WINDOW_BYTES_MAX = 4 * 1024 * 1024;
/** Records that all partitions together are asked for at first. */
const WINDOW_FIRST = 100;
/** Partitions that are read from at the same time: their answers are in memory together. */
const FILLED_AT_A_TIME = 8;
/** A piece that took so long is enough, ms. */
const PIECE_MS = 1_500;

export interface Search {
  readonly topic: string;
  readonly topicId: number;
  readonly order: Order;
  readonly limit: number;
  readonly match: Match;
}

export interface Found {
  readonly matches: MessageShape[];
  readonly looked: number;
  /** Where to go on in each partition; null: nothing is left. */
  readonly next: readonly number[] | null;
}

class Piece {
  readonly matches: MessageShape[] = [];
  looked = 0;
  looks = 0;
  #lookedBytes = 0;
  #foundBytes = 0;
  readonly #until = performance.now() + PIECE_MS;
  readonly #search: Search;

  constructor(search: Search) {
    this.#search = search;
  }

  get isEnough(): boolean {
    return (
      this.matches.length >= this.#search.limit ||
      this.looked >= SEARCH_LOOKED_MAX ||
      this.looks >= LOOKS_MAX ||
      this.#lookedBytes >= LOOKED_BYTES_MAX ||
      this.#foundBytes >= FOUND_BYTES_MAX ||
      performance.now() > this.#until
    );
  }

  see(partition: number, record: LogRecord): void {
    const { topic, topicId, match } = this.#search;
    const { offset, timestampMs, key, value, headers } = record;
    const bytes = bytesOf(record);
    this.looked += 1;
    this.#lookedBytes += bytes;
    if (!match(record)) return;
    this.#foundBytes += bytes;
    const id = messageId(topicId, partition, offset);
    const place = { id, topic, partition, offset, timestampMs };
    this.matches.push(messageShape({ ...place, keyBytes: key, valueBytes: value, headers }));
  }
}

/** `positions`: one a place. Throws what Peek throws. */
export async function searchTopic(
  client: Client,
  search: Search,
  places: readonly ScanPlace[],
  positions: readonly number[],
): Promise<Found> {
  const bytesMax = Math.floor(WINDOW_BYTES_MAX / places.length);
  const scans = places.map((place, at) => {
    const window = Math.ceil(WINDOW_FIRST / places.length);
    return new PartitionScan(client, place, search.order, positions[at] ?? 0, { bytesMax, window });
  });
  const piece = new Piece(search);
  const begun = scans.map(({ position }) => position);
  // However long the first look takes, an answer goes on from where the one before ended.
  const isOn = () => piece.looked > 0 || scans.some(({ position }, at) => position !== begun[at]);
  while (!piece.isEnough || !isOn()) {
    const hungry = scans.filter(({ isHungry }) => isHungry).slice(0, FILLED_AT_A_TIME);
    if (hungry.length > 0) {
      piece.looks += hungry.length;
      await Promise.all(hungry.map((scan) => scan.fill()));
      continue;
    }
    const first = firstOf(scans, search.order);
    if (first === undefined) break;
    const { head } = first;
    if (head !== undefined) piece.see(first.place.partition, head);
    first.take();
  }
  const { matches, looked } = piece;
  const isOver = scans.every(({ isDone }) => isDone);
  return { matches, looked, next: isOver ? null : scans.map(({ position }) => position) };
}

/** The one whose turn it is by the time of its next record; undefined: there is none. */
function firstOf(scans: readonly PartitionScan[], order: Order): PartitionScan | undefined {
  let best: PartitionScan | undefined;
  for (const scan of scans) {
    if (scan.head === undefined) continue;
    const ahead = scan.head.timestampMs - (best?.head?.timestampMs ?? 0);
    if (best === undefined || (order === 'newest' ? ahead > 0 : ahead < 0)) best = scan;
  }
  return best;
}
