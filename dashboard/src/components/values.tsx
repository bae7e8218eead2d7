// Numbers, sizes and times as elements: the short form to read, the exact one as a title.
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFromNow,
  formatRate,
  formatShort,
  formatTime,
} from '../format/formats.ts';
import { nowMs } from '../live/now.ts';

/** What stands where there is no value. */
export const NONE = <span class="muted">–</span>;

/** Exact: `1,204`. */
export function Count({ value }: { readonly value: number | null | undefined }) {
  return value === null || value === undefined ? NONE : <span>{formatCount(value)}</span>;
}

/** `1.2k`, with the exact number as its title. */
export function Short({ value }: { readonly value: number | null | undefined }) {
  if (value === null || value === undefined) return NONE;
  return <span title={formatCount(value)}>{formatShort(value)}</span>;
}

/** Messages a second. */
export function Rate({ value }: { readonly value: number | null | undefined }) {
  return value === null || value === undefined ? NONE : <>{formatRate(value)}/s</>;
}

export function Bytes({ value }: { readonly value: number | null | undefined }) {
  if (value === null || value === undefined) return NONE;
  return <span title={`${formatCount(value)} bytes`}>{formatBytes(value)}</span>;
}

export function Duration({ ms }: { readonly ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return NONE;
  return <span title={`${formatCount(ms)} ms`}>{formatDuration(ms)}</span>;
}

/** `12 s ago`, `in 5 min`; goes on every second. */
export function FromNow({ atMs }: { readonly atMs: number | null | undefined }) {
  if (atMs === null || atMs === undefined) return NONE;
  return <time title={formatTime(atMs)}>{formatFromNow(atMs, nowMs.value)}</time>;
}

/** `2026-01-02 03:04:05`. */
export function Time({ atMs }: { readonly atMs: number | null | undefined }) {
  if (atMs === null || atMs === undefined) return NONE;
  return <time title={new Date(atMs).toISOString()}>{formatTime(atMs)}</time>;
}

/** What is left until a deadline; goes on every second, and warns when little is left. */
export function Countdown({ untilMs }: { readonly untilMs: number | null | undefined }) {
  if (untilMs === null || untilMs === undefined) return NONE;
  const left = untilMs - nowMs.value;
  const tone = left <= 0 ? 'tone-bad' : left < 10_000 ? 'tone-warn' : '';
  return (
    <time class={tone} title={formatTime(untilMs)}>
      {left <= 0
        ? `${formatDuration(-left)} over`
        : formatDuration(Math.ceil(left / 1_000) * 1_000)}
    </time>
  );
}
