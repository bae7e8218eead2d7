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
