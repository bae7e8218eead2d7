// Numbers, sizes, durations and times as people read them. Every text here is safe to print on a terminal.

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 record`, `2,000 records`. */
export function formatCountOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(value)} ${value === 1 ? noun : plural}`;
}

/** `64 MiB`; -1 is `unlimited`. */
export function formatSize(bytes: number): string {
  if (bytes < 0) return 'unlimited';
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < SIZES.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${SIZES[unit]}`;
}

const DURATIONS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `7d`, `1h 30m`, `1.5s`, `250ms`: the two largest units; -1 is `forever`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return 'forever';
  if (ms < 1_000) return `${Number(ms.toFixed(ms < 10 ? 2 : 0))}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  const at = DURATIONS.findIndex(([, unitMs]) => ms >= unitMs);
  const [unit, unitMs] = DURATIONS[at] ?? DURATIONS[3];
  const whole = Math.floor(ms / unitMs);
  const [restUnit, restMs] = DURATIONS[at + 1] ?? ['s', 1_000];
  const rest = Math.floor((ms - whole * unitMs) / restMs);
  return rest > 0 ? `${whole}${unit} ${rest}${restUnit}` : `${whole}${unit}`;
}

/** `2026-01-31 12:00:00Z`. */
export function formatTime(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** A rate: `1,234 records/s`. */
export function formatRate(count: number, ms: number, noun: string): string {
  return `${formatCount(Math.round(count / Math.max(ms / 1_000, 0.001)))} ${noun}/s`;
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from outside, for a terminal: control characters are shown, not obeyed; long text is cut. */
export function formatText(text: string, widthMax = Number.POSITIVE_INFINITY): string {
  const cut = text.length > widthMax ? `${text.slice(0, Math.max(widthMax - 1, 0))}…` : text;
  return cut.replace(CONTROL, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\t') return '\\t';
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
