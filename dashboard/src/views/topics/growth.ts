// How fast logs grow, from their ends at two times: the gateway tells ends, not rates. Pure.

/** Ends by name at a time. */
export interface Sample {
  readonly atMs: number;
  readonly ends: ReadonlyMap<string, number>;
}

/** Records a second between two samples; null where there is only one, or the log was made anew. */
export function growthOf(name: string, before: Sample | undefined, after: Sample): number | null {
  const from = before?.ends.get(name);
  const to = after.ends.get(name);
  if (before === undefined || from === undefined || to === undefined || to < from) return null;
  const seconds = (after.atMs - before.atMs) / 1_000;
  return seconds <= 0 ? null : (to - from) / seconds;
}
