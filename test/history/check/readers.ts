// What must hold of a consumer group: who is given a partition goes on where the group stopped, reads on without gaps and
// never back, and nobody commits what nobody read. Commits never go back either.

import type { Commit, History, Note } from '../history.ts';
import type { Truth } from '../truth.ts';
import { at, recordsOf } from './deliveries.ts';

export function checkReaders(history: History, truth: Truth, topic: string): string[] {
  const found: string[] = [];
  const records = recordsOf(truth, topic);
  const read = new Set<number>();
  for (const [diary, notes] of history.notes) {
    const fault = (what: string) => found.push(`${diary} ${what}`);
    checkReader(notes, history.commits, fault);
    for (const { partition = 0, offsets = [], ids = [] } of notes) {
      offsets.forEach((offset, i) => {
        const place = at(partition, offset);
        read.add(place);
        const id = records.get(place)?.id;
        if (id !== ids[i]) fault(`read ${ids[i]} at ${partition}/${offset}, which holds ${id}`);
      });
    }
  }
  for (const { partition, offset } of truth.committed) {
    const commits = history.commits.filter((one) => one.partition === partition);
    found.push(...checkCommits(commits, partition, offset));
    for (let o = 0; o < offset; o += 1) {
      if (!read.has(at(partition, o))) found.push(`${partition}/${o} was committed and never read`);
    }
  }
  return found;
}

/** Partition -> the next offset it should read; undefined: where the group stopped. */
type Positions = Map<number, { next: number | undefined; assignedAt: number }>;

function checkReader(
  notes: readonly Note[],
  commits: readonly Commit[],
  fault: (what: string) => void,
): void {
  const positions: Positions = new Map();
  for (const { note, t, partitions = [], partition = -1, offsets = [] } of notes) {
    for (const one of partitions) {
      if (note === 'assigned') positions.set(one, { next: undefined, assignedAt: t });
      else positions.delete(one);
    }
    const position = positions.get(partition);
    const [first = 0] = offsets;
    if (note !== 'read') continue;
    if (position === undefined) {
      fault(`read ${partition}/${first} without having the partition`);
      continue;
    }
    if (position.next === undefined)
      checkStart(partition, first, position.assignedAt, t, commits, fault);
    else if (first !== position.next)
      fault(`read ${partition}/${first} where ${position.next} should be`);
    offsets.forEach((offset, i) => {
      if (offset !== first + i) fault(`read ${partition}/${offset} where ${first + i} should be`);
    });
    position.next = first + offsets.length;
  }
}

/** It begins at the beginning, or where somebody committed, and not before what was committed for sure. */
function checkStart(
  partition: number,
  first: number,
  assignedAt: number,
  readAt: number,
  commits: readonly Commit[],
  fault: (what: string) => void,
): void {
  let least = 0;
  let isKnown = first === 0;
  for (const { partition: of, offset, start, end, outcome } of commits) {
    if (of !== partition) continue;
    if (outcome === 'done' && end < assignedAt) least = Math.max(least, offset);
    if (offset === first && start < readAt && outcome !== 'refused') isKnown = true;
  }
  if (first < least) fault(`went on at ${partition}/${first}, though ${least} was committed`);
  if (!isKnown) fault(`went on at ${partition}/${first}, which nobody committed`);
}

function checkCommits(commits: readonly Commit[], partition: number, last: number): string[] {
  const found: string[] = [];
  const done = commits.filter(({ outcome }) => outcome === 'done');
  let highest = 0;
  let latest: Commit | undefined;
  for (const one of done.toSorted((a, b) => a.end - b.end)) {
    if (latest !== undefined && latest.end < one.start && one.offset < latest.offset)
      found.push(`${partition}: ${one.offset} was committed after ${latest.offset}`);
    if (latest === undefined || one.offset >= latest.offset) latest = one;
    highest = Math.max(highest, one.offset);
  }
  if (last < highest) found.push(`${partition}: ${last} is committed, though ${highest} was`);
  if (last > 0 && !commits.some((one) => one.offset === last && one.outcome !== 'refused'))
    found.push(`${partition}: ${last} is committed, by nobody`);
  return found;
}
