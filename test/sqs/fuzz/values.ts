// Values that programs trip over, by seed: texts, numbers, and JSON of any shape. They mean nothing.

import type { Random } from '@millrace/harness';

const NASTY_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\ufffe',
  '\u202e',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9007199254740993',
  '18446744073709551616',
  '../../etc/passwd',
  '%00',
  '%',
  '%ff%fe',
  '{{7*7}}',
  '"\'`<>&;\r\n',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  'a'.repeat(5_000),
  'ä'.repeat(300),
  '🚀'.repeat(100),
];
const NASTY_NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  2 ** 64,
  1e308,
  -1e308,
  5e-324,
  43_201,
  901,
  11,
];

/** Of what the process has to hold on to; deeper than a stack goes only as text. */
const DEPTH_MAX = 4;

export function nastyText(random: Random): string {
  if (random.chance(0.6)) return random.pick(NASTY_TEXTS);
  const length = random.between(0, random.chance(0.1) ? 3_000 : 40);
  const last = random.chance(0.5) ? 0x7f : 0xffff;
  return Array.from({ length }, () => String.fromCharCode(random.between(0, last))).join('');
}

export function nastyNumber(random: Random): number {
  return random.chance(0.7) ? random.pick(NASTY_NUMBERS) : random.between(-100, 1_000_000);
}

export function nastyValue(random: Random, depth = 0): unknown {
  const kind = random.between(0, depth < DEPTH_MAX ? 7 : 5);
  if (kind <= 1) return nastyText(random);
  if (kind <= 3) return nastyNumber(random);
  if (kind === 4) return random.chance(0.5);
  if (kind === 5) return null;
  const length = random.between(0, 5);
  if (kind === 6) return Array.from({ length }, () => nastyValue(random, depth + 1));
  const entries = Array.from({ length }, () => [nastyText(random), nastyValue(random, depth + 1)]);
  return Object.fromEntries(entries);
}

/** A text with one of the faults that transport or carelessness bring. */
export function damaged(random: Random, text: string): string | Buffer {
  const bytes = Buffer.from(text);
  const at = random.between(0, Math.max(0, bytes.length - 1));
  const kind = random.between(0, 4);
  if (kind === 0) return bytes.subarray(0, at);
  if (kind === 1) return Buffer.concat([bytes, bytes]);
  if (kind === 2 && bytes.length > 0) bytes[at] = random.between(0, 255);
  if (kind === 3)
    return Buffer.concat([bytes.subarray(0, at), noise(random, 20), bytes.subarray(at)]);
  if (kind === 4) return '['.repeat(random.between(1, 50_000));
  return bytes;
}

export function noise(random: Random, lengthMax: number): Buffer {
  return Buffer.from(
    Array.from({ length: random.between(0, lengthMax) }, () => random.between(0, 255)),
  );
}
