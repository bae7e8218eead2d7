// The counts of all queues as the gateway tells them every second, over one WebSocket that comes back by itself, and what
// they were over the last minutes. Everything that moves on the page reads them here.
import { signal } from '@preact/signals';
import type { Dashboard, QueueCounts } from '../api/shapes.ts';
import { brokerNowMs, hearClock } from './now.ts';
import { Ring } from './ring.ts';

export type LiveStatus = 'connecting' | 'open' | 'lost';

const HISTORY_POINTS = 900;
const QUEUE_POINTS = 300;
/** Queues whose past is kept; of more only the present is shown. */
const QUEUES_REMEMBERED = 1_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** A feed that is silent for so long is lost, whatever the socket says. */
const SILENCE_MS = 10_000;

export const TOTAL_SERIES = [
  'pending',
  'leased',
  'scheduled',
  'failed',
  'deadLettered',
  'arrivedRate',
  'acknowledgedRate',
  'deadRate',
  'oldestAgeMs',
] as const;
export type SeriesName = (typeof TOTAL_SERIES)[number];

/** How the feed is. */
export const liveStatus = signal<LiveStatus>('connecting');
/** When the feed was lost; null while it is there. */
export const lostSinceMs = signal<number | null>(null);
/** The newest counts; undefined until the first come. */
export const liveCounts = signal<Dashboard | undefined>(undefined);
/** Why the gateway cannot count, as it said; undefined while it can. */
export const liveFailure = signal<string | undefined>(undefined);
/** Goes up with every event: what reads a ring reads this too. */
export const liveTick = signal(0);

export const totalsHistory = new Ring<SeriesName>(HISTORY_POINTS, TOTAL_SERIES);
const queueHistories = new Map<string, Ring<SeriesName>>();

export function queueHistory(queue: string): Ring<SeriesName> | undefined {
  return queueHistories.get(queue);
}

let socket: WebSocket | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let isWanted = false;
let onLost: () => void = () => {};

/** Called whenever the feed is lost, also when it cannot be had again: a browser does not tell a socket's owner why. */
export function whenFeedLost(listener: () => void): void {
  onLost = listener;
}

/** Begins to listen; once is enough. */
export function startLiveFeed(): void {
  if (isWanted) return;
  isWanted = true;
  addEventListener('online', connectNow);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && liveStatus.peek() === 'lost') connectNow();
  });
  connect();
}

/** Ends until it is started anew: nobody is logged in, and whoever is next may see less. */
export function stopLiveFeed(): void {
  isWanted = false;
  removeEventListener('online', connectNow);
  clearTimeout(retry);
  clearTimeout(silence);
  const ended = socket;
  socket = undefined;
  ended?.close();
  liveStatus.value = 'connecting';
  lostSinceMs.value = null;
  liveFailure.value = undefined;
  liveCounts.value = undefined;
  totalsHistory.clear();
  queueHistories.clear();
}

/** Tries again at once. */
export function connectNow(): void {
  if (!isWanted || liveStatus.peek() === 'open') return;
  failures = 0;
  clearTimeout(retry);
  connect();
}

function connect(): void {
  socket?.close();
  const url = new URL('/live?queues=*', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const own = new WebSocket(url);
  socket = own;
  own.addEventListener('message', ({ data }) => {
    if (socket === own) hear(String(data));
  });
  own.addEventListener('close', () => {
    if (socket === own) lose();
  });
}

function lose(): void {
  socket = undefined;
  clearTimeout(silence);
  if (!isWanted) return;
  liveStatus.value = 'lost';
  lostSinceMs.value ??= brokerNowMs();
  const waitMs = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
  failures += 1;
  retry = setTimeout(connect, waitMs);
  onLost();
}

function hear(text: string): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    socket?.close();
    lose();
  }, SILENCE_MS);
  failures = 0;
  liveStatus.value = 'open';
  lostSinceMs.value = null;
  const { event, data } = JSON.parse(text) as { event: string; data: unknown };
  if (event === 'counts') hearCounts(data as Dashboard);
  else if (event === 'failure')
    liveFailure.value = (data as { detail?: string }).detail ?? 'unknown';
}

function hearCounts(counts: Dashboard): void {
  hearClock(counts.atMs);
  take(counts);
}

/** Notes one event of the feed. */
export function take(counts: Dashboard): void {
  liveFailure.value = undefined;
  if (counts.atMs === liveCounts.peek()?.atMs) return;
  totalsHistory.push(counts.atMs, pointOf(counts.totals));
  const present = new Set<string>();
  for (const queue of counts.queues) {
    present.add(queue.queue);
    let ring = queueHistories.get(queue.queue);
    if (ring === undefined) {
      if (queueHistories.size >= QUEUES_REMEMBERED) continue;
      ring = new Ring<SeriesName>(QUEUE_POINTS, TOTAL_SERIES);
      queueHistories.set(queue.queue, ring);
    }
    ring.push(counts.atMs, pointOf(queue));
  }
  for (const name of queueHistories.keys()) if (!present.has(name)) queueHistories.delete(name);
  liveCounts.value = counts;
  liveTick.value += 1;
}

function pointOf({
  counts,
  rates,
  oldestAgeMs,
}: Pick<QueueCounts, 'counts' | 'rates' | 'oldestAgeMs'>) {
  const { pending, leased, scheduled, failed, deadLettered } = counts;
  return {
    pending,
    leased,
    scheduled,
    failed,
    deadLettered,
    ...(rates === null
      ? {}
      : { arrivedRate: rates.arrived, acknowledgedRate: rates.acknowledged, deadRate: rates.dead }),
    ...(oldestAgeMs === null ? { oldestAgeMs: 0 } : { oldestAgeMs }),
  };
}
