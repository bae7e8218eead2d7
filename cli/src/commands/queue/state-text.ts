// What a queue thinks of a message, as people read it.

import type { GroupView } from '@millrace/client';
import { formatDuration, formatText, formatTime } from '../../output/format.ts';

/** `leased (29s left, worker-1)`, `scheduled (in 4s)`, `dead (rejected)`. */
export function stateText(view: GroupView | null): string {
  if (view === null) return '-';
  const { state, untilMs, memberId, deadReason } = view;
  const left = untilMs === null ? '' : formatDuration(Math.max(0, untilMs - Date.now()));
  if (state === 'leased') return formatText(`leased (${left} left, ${memberId ?? '?'})`, 60);
  if (state === 'scheduled') return `scheduled (in ${left})`;
  return deadReason === null ? state : `${state} (${formatText(deadReason)})`;
}

/** The rest of a lease, or when a scheduled message becomes ready. */
export function untilText({ state, untilMs }: GroupView): string {
  if (untilMs === null) return '-';
  const left = formatDuration(Math.max(0, untilMs - Date.now()));
  return state === 'scheduled' ? `in ${left}` : `${left} left`;
}

/** `3s ago (2026-01-31 12:00:00Z)`. */
export function sinceText(atMs: number | null): string {
  if (atMs === null) return '-';
  return `${formatDuration(Math.max(0, Date.now() - atMs))} ago (${formatTime(atMs)})`;
}
