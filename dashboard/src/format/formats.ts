// Numbers, times and sizes as they are read. Pure: what time it is is an argument.

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1204 -> `1,204`. Exact: for counts that somebody acts on. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** 1204 -> `1.2k`; below 1,000 as it is. For tiles and axes, where the exact number is in the title. */
export function formatShort(value: number): string {
  for (const [scale, letter] of SCALES) {
    if (Math.abs(value) >= scale * 0.9995) return `${significant(value / scale)}${letter}`;
  }
  return Number.isInteger(value) ? String(value) : significant(value);
}

function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return trimmed(value.toFixed(1));
  return trimmed(value.toFixed(size >= 1 ? 1 : 2));
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

/** Messages a second: `0`, `0.3`, `12`, `1.2k`. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.01) return '<0.01';
  return formatShort(perSecond < 10 ? Math.round(perSecond * 100) / 100 : Math.round(perSecond));
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1536 -> `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (Math.abs(size) >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(size)) : significant(size)} ${BYTE_UNITS[unit]}`;
}

const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** 3725000 -> `1 h 2 min`; 90 -> `90 ms`. The two largest units. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  if (size < 1_000) return `${sign}${Math.round(size)} ms`;
  for (const [index, [step, unit]] of STEPS.entries()) {
    if (size < step) continue;
    const whole = Math.floor(size / step);
    const next = STEPS[index + 1];
    if (next === undefined) {
      const tenths = Math.floor(size / 100) / 10;
      return `${sign}${size < 10_000 ? tenths : whole} ${unit}`;
    }
    const rest = Math.floor((size - whole * step) / next[0]);
    return rest === 0 ? `${sign}${whole} ${unit}` : `${sign}${whole} ${unit} ${rest} ${next[1]}`;
  }
  return `${sign}${Math.round(size)} ms`;
}

/** `in 5 s`, `12 min 3 s ago`, `now`. */
export function formatFromNow(atMs: number, nowMs: number): string {
  const distance = atMs - nowMs;
  if (Math.abs(distance) < 1_000) return 'now';
  return distance > 0 ? `in ${formatDuration(distance)}` : `${formatDuration(-distance)} ago`;
}

const two = (value: number) => String(value).padStart(2, '0');

/** Local, to the second: `2026-01-02 03:04:05`. */
export function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${formatClock(atMs)}`;
}

/** Local, to the second: `03:04:05`. */
export function formatClock(atMs: number): string {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** 0.1234 -> `12.3 %`. */
export function formatShare(part: number): string {
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  return `${trimmed(percent.toFixed(percent >= 10 ? 0 : 1))} %`;
}

/** `1 message`, `1,204 messages`. */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
