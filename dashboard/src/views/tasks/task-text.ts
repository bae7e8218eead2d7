// A task in words: what it moves, which letters, what came of it. Pure.
import type { Task } from '../../api/work-shapes.ts';
import { formatCount, formatMany, formatTime } from '../../format/formats.ts';

/** `mails.dlq → where they died`. */
export function movementText({ topic, target }: Pick<Task, 'topic' | 'target'>): string {
  return `${topic} → ${target ?? 'where they died'}`;
}

export function whichText({ filter }: Pick<Task, 'filter'>): string {
  const { reason, failedGroup, sourceTopic, error, among, partition } = filter;
  const { fromOffset, toOffset, fromMs, toMs } = filter;
  const picked = among?.reduce((sum, one) => sum + one.lastOffset - one.firstOffset + 1, 0);
  const parts = [
    reason === null ? '' : `reason ${reason}`,
    failedGroup === null ? '' : `failed in queue ${failedGroup}`,
    sourceTopic === null ? '' : `from topic ${sourceTopic}`,
    error === null ? '' : error === '' ? 'without an error' : `error “${error}”`,
    partition === null ? '' : `partition ${partition}`,
    fromOffset === null ? '' : `from offset ${fromOffset}`,
    toOffset === null ? '' : `to offset ${toOffset}`,
    fromMs === null ? '' : `died from ${formatTime(fromMs)} on`,
    toMs === null ? '' : `died before ${formatTime(toMs)}`,
    picked === undefined ? '' : `${formatCount(picked)} picked one by one`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'all letters';
}

/** 0 to 1. */
export function partDone({ scanned, total, state }: Pick<Task, 'scanned' | 'total' | 'state'>) {
  if (state === 'completed') return 1;
  return total === 0 ? 0 : Math.min(1, scanned / total);
}

/** Exact: what was moved, what was passed over, what could not be moved. */
export function outcomeText({ dryRun, moved, skipped, failed, state }: Task): string {
  const verb = dryRun ? (state === 'running' ? 'would move' : 'would have moved') : 'moved';
  const parts = [
    `${formatMany(moved, 'letter')} ${verb}`,
    skipped === 0 ? '' : `${formatCount(skipped)} left where they are`,
    failed === 0 ? '' : `${formatCount(failed)} could not be moved`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
