// Sizes as people write them: `512`, `64KiB`, `64MiB`, `1.5GiB`, `10MB`. A bare number is bytes.

import { usage } from '../errors/cli-error.ts';

const KIB = 1_024;
const KB = 1_000;

const UNITS: { readonly [unit: string]: number } = {
  '': 1,
  b: 1,
  k: KIB,
  kib: KIB,
  kb: KB,
  m: KIB ** 2,
  mib: KIB ** 2,
  mb: KB ** 2,
  g: KIB ** 3,
  gib: KIB ** 3,
  gb: KB ** 3,
  t: KIB ** 4,
  tib: KIB ** 4,
  tb: KB ** 4,
};

/** Bytes, a whole number. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '?'];
  if (match === null || unit === undefined) {
    throw usage(`'${text}' is not a size: write 512, 64KiB, 64MiB, 1GiB or 10MB`);
  }
  const bytes = Math.round(Number(match[1]) * unit);
  if (!Number.isSafeInteger(bytes)) throw usage(`'${text}' is too large a size`);
  return bytes;
}

/** Bytes, or -1 for `unlimited`: the settings that may have no bound. */
export function parseSizeOrUnlimited(text: string): number {
  return /^(?:unlimited|forever|-1)$/i.test(text.trim()) ? -1 : parseSize(text);
}
