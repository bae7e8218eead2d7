// Whole and decimal numbers within a range.

import { usage } from '../errors/cli-error.ts';

/** A parser for whole numbers from `min` to `max`; `1_000` and `1,000` are 1000. */
export function count(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const plain = text.trim().replace(/(?<=\d)[_,](?=\d)/g, '');
    const value = /^-?\d+$/.test(plain) ? Number(plain) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw usage(`'${text}' is not a whole number`);
    if (value < min) throw usage(`${value} is below ${min}`);
    if (value > max) throw usage(`${value} is above ${max}`);
    return value;
  };
}

/** A parser for numbers from `min` to `max`. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= min && value <= max))
      throw usage(`'${text}' is not a number from ${min} to ${max}`);
    return value;
  };
}
