// Durations as people write them: `500ms`, `30s`, `5m`, `1h30m`, `7d`, `2w`. A number needs its unit, save 0.

import { usage } from '../errors/cli-error.ts';

const UNITS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** Milliseconds, a whole number. */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '0') return 0;
  if (/^\d+$/.test(trimmed)) {
    throw usage(`'${text}' has no unit: write ${trimmed}s, ${trimmed}ms, ${trimmed}m, ...`);
  }
  if (!WHOLE.test(trimmed)) {
    throw usage(`'${text}' is not a duration: write 500ms, 30s, 5m, 1h30m, 7d or 2w`);
  }
  let total = 0;
  for (const [, amount = '', unit = ''] of trimmed.matchAll(PART)) {
    total += Number(amount) * (UNITS[unit] ?? Number.NaN);
  }
  const ms = Math.round(total);
  if (!Number.isSafeInteger(ms)) throw usage(`'${text}' is too long a duration`);
  return ms;
}

/** Milliseconds, or -1 for `forever`: the settings that may have no end. */
export function parseDurationOrForever(text: string): number {
  return /^(?:forever|unlimited|never|-1)$/i.test(text.trim()) ? -1 : parseDuration(text);
}
