// Numbers, sizes, times and tables for people. Text from the data directory is made safe for a terminal. Pure.

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < SIZES.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${SIZES[unit]}`;
}

/** `2026-01-31T12:00:00.123Z`; a number that is no time stays a number. */
export function formatTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}

export function formatText(text: string): string {
  return text.replace(CONTROL, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns under their heads; those of numbers are named in `right`. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const isRight = heads.map((head) => right.includes(head));
  return all
    .map((row) =>
      row
        .map((cell, at) =>
          isRight[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Name and value, a line each. */
export function properties(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`).join('\n');
}
