// Tasks of the broker as people read them.

import type { Task } from '@millrace/client';
import { formatCount, formatCountOf, formatText, formatTime } from '../../output/format.ts';

/** `jobs.dlq to where they died`, `jobs.dlq to jobs2`. */
export function movementText({ topic, target }: Task): string {
  return `${formatText(topic)} to ${target === null ? 'where they died' : formatText(target)}`;
}

/** `45% of 1,000`. */
export function progressText({ scanned, total }: Task): string {
  const percent = total === 0 ? 100 : Math.min(100, Math.floor((scanned / total) * 100));
  return `${percent}% of ${formatCount(total)}`;
}

/** `reason exhausted, partition 3`. */
export function filterText({ filter }: Task): string {
  const { partition, fromOffset, toOffset, fromMs, toMs } = filter;
  const { reason, failedGroup, sourceTopic, error, among } = filter;
  const picked = among?.reduce((sum, range) => sum + range.lastOffset - range.firstOffset + 1, 0);
  const parts = [
    reason === null ? '' : `reason ${formatText(reason)}`,
    failedGroup === null ? '' : `failed in queue ${formatText(failedGroup)}`,
    sourceTopic === null ? '' : `from topic ${formatText(sourceTopic)}`,
    error === null ? '' : error === '' ? 'without an error' : `error ${formatText(error)}`,
    partition === null ? '' : `partition ${partition}`,
    fromOffset === null ? '' : `from offset ${fromOffset}`,
    toOffset === null ? '' : `to offset ${toOffset}`,
    fromMs === null ? '' : `died from ${formatTime(fromMs)} on`,
    toMs === null ? '' : `died before ${formatTime(toMs)}`,
    picked === undefined ? '' : `${formatCount(picked)} picked one by one`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'all';
}

/** `Moved 900 dead letters of jobs.dlq to where they died; 100 passed over.`: not matched, or leased. */
export function outcomeText(task: Task): string {
  const { dryRun, moved, skipped, failed } = task;
  const verb = dryRun ? 'Would move' : 'Moved';
  const what = formatCountOf(moved, 'dead letter');
  const rest = [
    skipped === 0 ? '' : `; ${formatCount(skipped)} passed over`,
    failed === 0 ? '' : `; ${formatCount(failed)} could not be moved and stay`,
  ].join('');
  return `${verb} ${what} of ${movementText(task)}${rest}.`;
}
