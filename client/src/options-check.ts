// Checks of what callers configure: a value that cannot work is refused where it is given, not met later as a hang.

import { MillraceError } from '@millrace/protocol';

/** Timers of Node.js take no longer time. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** For times that are kept here and never sent. */
export const TIMER_MS: Range = { min: 0, max: TIMER_MS_MAX };
/** For times within which something has to happen. */
export const TIMEOUT_MS: Range = { min: 1, max: TIMER_MS_MAX };
/** For counts and bytes with no other bound. */
export const POSITIVE: Range = { min: 1, max: Number.MAX_SAFE_INTEGER };
export const NOT_NEGATIVE: Range = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** The integer as it is. Throws INVALID_CONFIG with the field and the limit it met. */
export function integerOption(field: string, value: number, { min, max }: Range): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const limit = value > max ? max : min;
  const text = `${field} is an integer from ${min} to ${max}, not ${String(value)}.`;
  throw new MillraceError('INVALID_CONFIG', text, { field, limit: `${limit}${unitOf(field)}` });
}

/** One of these as it is. Throws INVALID_CONFIG. */
export function choiceOption<T extends string>(
  field: string,
  value: T,
  choices: readonly NoInfer<T>[],
): T {
  if (choices.includes(value)) return value;
  const limit = choices.join(', ');
  throw new MillraceError('INVALID_CONFIG', `${field} is one of ${limit}.`, { field, limit });
}

/** A text of 1 to so many bytes without control characters, as it is. Throws INVALID_CONFIG. */
export function nameOption(field: string, value: string, bytesMax: number): string {
  const isText = typeof value === 'string' && value !== '';
  if (isText && !/[\p{Cc}\p{Cs}]/u.test(value) && Buffer.byteLength(value) <= bytesMax)
    return value;
  const text = `${field} is a text of 1 to ${bytesMax} bytes without control characters.`;
  throw new MillraceError('INVALID_CONFIG', text, { field, limit: `${bytesMax} bytes` });
}

/** Throws INVALID_CONFIG where it is anything but true or false. */
export function booleanOption(field: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new MillraceError('INVALID_CONFIG', `${field} is true or false.`, { field });
}

/** Throws INVALID_CONFIG where something else is given in its place. */
export function signalOption(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return;
  throw new MillraceError('INVALID_CONFIG', 'signal is an AbortSignal.', { field: 'signal' });
}

/** Names of topics as a list. Throws INVALID_CONFIG where there is none, one is empty, or there are too many. */
export function topicsOption(
  topics: string | readonly string[] | undefined,
  max: number,
): readonly string[] {
  const names: readonly string[] = typeof topics === 'string' ? [topics] : (topics ?? []);
  const areNames = names.every((name) => typeof name === 'string' && name !== '');
  if (areNames && names.length > 0 && names.length <= max) return names;
  const text = `topics has from 1 to ${max} names, and none is empty.`;
  const limit = areNames && names.length > max ? max : 1;
  throw new MillraceError('INVALID_CONFIG', text, { field: 'topics', limit: `${limit} topics` });
}

function unitOf(field: string): string {
  if (field.endsWith('Ms')) return ' ms';
  return field.endsWith('Bytes') ? ' bytes' : '';
}
