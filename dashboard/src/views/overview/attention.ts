// What somebody should look at first: from the counts of queues and their past, the lag of groups and what brokers tell of
// themselves. Pure; the worst first.
import type { BrokerDescription, Dashboard, GroupLag, QueueCounts } from '../../api/shapes.ts';
import {
  formatBytes,
  formatDuration,
  formatMany,
  formatRate,
  formatShare,
} from '../../format/formats.ts';
import { linkTo } from '../../shell/router.ts';

export interface Concern {
  readonly tone: 'bad' | 'warn';
  /** What it is about: a name. */
  readonly subject: string;
  readonly text: string;
  readonly link: string;
}

/** Of one table: from where on a value is worth a word. */
export const WORTH = {
  oldWarnMs: 15 * 60_000,
  oldBadMs: 60 * 60_000,
  /** Messages that came more than went, over the window. */
  growthMessages: 100,
  growthShare: 0.2,
  lagRecords: 1_000,
  eventLoopMs: 250,
  freeShare: 0.1,
  concernsMax: 12,
} as const;

/** What a queue was at the beginning of the window that is compared with now. */
export interface Before {
  readonly pending: number;
  readonly deadLettered: number;
  readonly overMs: number;
}

export interface Known {
  readonly counts: Dashboard;
  readonly before: (queue: string) => Before | undefined;
  readonly lags: readonly GroupLag[];
  readonly brokers: readonly BrokerDescription[];
}

export function concernsOf({ counts, before, lags, brokers }: Known): readonly Concern[] {
  const found = [
    ...brokers.flatMap(brokerConcerns),
    ...counts.queues.flatMap((queue) => queueConcerns(queue, before(queue.queue))),
    ...lags.filter(({ lag }) => lag >= WORTH.lagRecords).map(lagConcern),
  ];
  return found.toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function brokerConcerns(broker: BrokerDescription): Concern[] {
  const about = { subject: `Broker ${broker.brokerId}`, link: linkTo('/brokers') };
  const { storage, process } = broker;
  const found: Concern[] = [];
  for (const { text } of broker.ready ? [] : broker.reasons) {
    found.push({ ...about, tone: 'bad', text: `Not ready: ${text}` });
  }
  if (storage.full) {
    found.push({ ...about, tone: 'bad', text: 'The storage is full: producing has stopped.' });
  } else if (storage.freeBytes < (storage.freeBytes + storage.fileBytes) * WORTH.freeShare) {
    const free = formatBytes(storage.freeBytes);
    found.push({ ...about, tone: 'warn', text: `Only ${free} are free for its data.` });
  }
  if (storage.quarantinedBatches > 0) {
    const many = formatMany(storage.quarantinedBatches, 'damaged batch', 'damaged batches');
    found.push({ ...about, tone: 'bad', text: `${many} set aside.` });
  }
  if ((process.eventLoopP99Ms ?? 0) > WORTH.eventLoopMs) {
    const held = formatDuration(process.eventLoopP99Ms ?? 0);
    found.push({ ...about, tone: 'warn', text: `Its event loop is held up: ${held} (p99).` });
  }
  return found;
}

function queueConcerns(queue: QueueCounts, before: Before | undefined): Concern[] {
  const { counts, oldestAgeMs, rates } = queue;
  const about = { subject: queue.queue, link: linkTo('/queues/{queue}', { queue: queue.queue }) };
  const found: Concern[] = [];
  const isLetters = queue.queue.endsWith('.dlq');
  if (isLetters && counts.pending > 0) {
    const link = linkTo('/dead-letters/{queue}', { queue: queue.queue });
    found.push({
      ...about,
      link,
      tone: 'bad',
      text: `${formatMany(counts.pending, 'dead letter')} to decide about.`,
    });
  }
  const died = before === undefined ? 0 : counts.deadLettered - before.deadLettered;
  if (died > 0 && before !== undefined) {
    const text = `${formatMany(died, 'message')} given up in the last ${formatDuration(before.overMs)}.`;
    found.push({ ...about, tone: 'bad', text });
  }
  if (!isLetters && oldestAgeMs !== null && oldestAgeMs >= WORTH.oldWarnMs) {
    const tone = oldestAgeMs >= WORTH.oldBadMs ? 'bad' : 'warn';
    found.push({
      ...about,
      tone,
      text: `Its oldest message waits for ${formatDuration(oldestAgeMs)}.`,
    });
  }
  const grown = before === undefined ? 0 : counts.pending - before.pending;
  if (before !== undefined && isGrowth(grown, before.pending)) {
    const rate =
      rates === null
        ? ''
        : `, ${formatRate(rates.arrived)}/s come and ${formatRate(rates.acknowledged)}/s go`;
    const share = before.pending === 0 ? '' : ` (${formatShare(grown / before.pending)})`;
    found.push({
      ...about,
      tone: 'warn',
      text: `Grows: ${formatMany(grown, 'message')} more${share}${rate}.`,
    });
  }
  return found;
}

function isGrowth(grown: number, from: number): boolean {
  return grown >= WORTH.growthMessages && grown >= from * WORTH.growthShare;
}

function lagConcern({ group, lag }: GroupLag): Concern {
  return {
    tone: 'warn',
    subject: group,
    text: `${formatMany(lag, 'record')} behind.`,
    link: linkTo('/groups/{group}', { group }),
  };
}
