// Numbers for people.

const MEBIBYTE = 2 ** 20;

/** `1,234,567`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** In MiB, without the unit: `12.3`. */
export function formatMebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}

/** `100 B`, `1 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${Number((bytes / 2 ** (10 * step)).toFixed(1))} ${units[step] ?? 'B'}`;
}

/** Three figures that count, for plots and sentences: `1.09M`, `530k`, `0.244`. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5e6) return `${threeFigures(value / 1e9)}G`;
  if (size >= 999_500) return `${threeFigures(value / 1e6)}M`;
  if (size >= 999.5) return `${threeFigures(value / 1e3)}k`;
  return threeFigures(value);
}

/** As exact as is of use: `1,090,000`, `0.244`. */
export function formatFigure(value: number): string {
  if (Math.abs(value) >= 1_000) return formatCount(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

/** How many times as much: `6.6 times`; what is nearly the same says so. */
export function formatFactor(factor: number): string {
  return `${factor >= 10 ? factor.toFixed(0) : factor.toFixed(factor < 1.095 ? 2 : 1)} times`;
}

function threeFigures(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.001))));
  const text = value.toFixed(Math.min(digits, 4));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
