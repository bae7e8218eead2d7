// How long something is good for: `90d`, `12h`, or `never`.

import { option } from '../command.ts';
import { usage } from '../errors/cli-error.ts';
import { formatTime } from '../output/format.ts';
import { parseDurationOrForever } from './duration.ts';

export const EXPIRES_IN = option(
  '--expires-in <duration>',
  'how long it is good, such as 90d (default: until it is revoked)',
  parseLifetime,
);

function parseLifetime(text: string): number {
  const ms = parseDurationOrForever(text);
  if (ms === 0) throw usage(`'${text}' is too short a time`);
  return ms;
}

/** ms since 1970; undefined: it does not expire. */
export function expiresAtMs(lifetimeMs: number | undefined): number | undefined {
  return lifetimeMs === undefined || lifetimeMs < 0 ? undefined : Date.now() + lifetimeMs;
}

export function expiryText(atMs: number | null, nowMs = Date.now()): string {
  if (atMs === null) return 'never';
  return atMs <= nowMs ? `expired ${formatTime(atMs)}` : formatTime(atMs);
}
