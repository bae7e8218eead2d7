// Dead letters by why and where they died: pages added up, and the filter of a redrive that means exactly one group, or
// letters that were picked one by one. Pure.
import type {
  Letter,
  LetterGroup,
  LetterRange,
  Origin,
  RedriveFilter,
} from '../../api/work-shapes.ts';

/** What a redrive of them to anywhere asks for; where they go asks for more. */
export function redriveNeeds({ topic, queue }: { topic: string; queue: string | null }) {
  return [
    ['read', 'topic', topic],
    [queue === null ? 'create' : 'alter', 'group', queue ?? topic],
  ] as const;
}

/** What names a group among others. */
export function originKey({ reason, queue, topic, error }: Origin): string {
  return JSON.stringify([reason, queue, topic, error]);
}

/** Groups of several pages: counts add up, times widen, the newest example stays. The largest first. */
export function mergeGroups(
  known: readonly LetterGroup[],
  page: readonly LetterGroup[],
): LetterGroup[] {
  const merged = new Map(known.map((group) => [originKey(group), group]));
  for (const group of page) {
    const key = originKey(group);
    const before = merged.get(key);
    merged.set(key, before === undefined ? group : added(before, group));
  }
  return [...merged.values()].toSorted((a, b) => b.count - a.count);
}

function added(before: LetterGroup, group: LetterGroup): LetterGroup {
  return {
    ...group,
    count: before.count + group.count,
    firstMs: extreme(Math.min, before.firstMs, group.firstMs),
    lastMs: extreme(Math.max, before.lastMs, group.lastMs),
  };
}

function extreme(
  of: (a: number, b: number) => number,
  one: number | null,
  other: number | null,
): number | null {
  return one === null || other === null ? (one ?? other) : of(one, other);
}

/** Undefined: no filter can mean them alone, since they do not say where they come from. */
export function filterOfGroup({ reason, queue, topic, error }: Origin): RedriveFilter | undefined {
  if (reason === null || queue === null || topic === null) return undefined;
  return { reason, failedGroup: queue, sourceTopic: topic, error: error ?? '' };
}

/** The same as parameters of the list of letters. */
export function queryOfGroup({ reason, queue, topic, error }: Origin) {
  return {
    reason: reason ?? undefined,
    failedGroup: queue ?? undefined,
    sourceTopic: topic ?? undefined,
    error: error ?? undefined,
  };
}

/** Neighbours in one range each: letters that were picked one by one. */
export function rangesOf(letters: readonly Pick<Letter, 'partition' | 'offset'>[]): LetterRange[] {
  const ordered = letters.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  const ranges: { partition: number; firstOffset: number; lastOffset: number }[] = [];
  for (const { partition, offset } of ordered) {
    const last = ranges.at(-1);
    if (last?.partition === partition && offset <= last.lastOffset + 1) last.lastOffset = offset;
    else ranges.push({ partition, firstOffset: offset, lastOffset: offset });
  }
  return ranges;
}
