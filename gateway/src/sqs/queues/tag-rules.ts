// How many tags a queue may have and how long they may be, and the annotations that keep them.

import { SqsError } from '../errors.ts';
import { tagAnnotation } from './annotations.ts';
import { isKeepable } from './values.ts';

const TAGS_MAX = 50;
const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
/** A character is at most so many bytes of UTF-8, where it counts as one or two. */
const BYTES_PER_CHARACTER = 3;

type Tags = Readonly<Record<string, string>>;

/** `others`: tags that the queue has beside these. Throws InvalidParameterValue. */
export function checkTags(queue: string, tags: Tags, others: number): void {
  const keys = Object.keys(tags);
  checkTagKeys(keys);
  for (const value of Object.values(tags)) {
    if (!isText(value, 0, VALUE_CHARACTERS_MAX)) {
      throw invalid('Tag values must be between 0 and 256 characters in length.');
    }
  }
  if (keys.length + others > TAGS_MAX) throw invalid(`Too many tags added for queue ${queue}.`);
}

export function checkTagKeys(keys: readonly string[]): void {
  if (keys.length > 0 && !keys.every((key) => isText(key, 1, KEY_CHARACTERS_MAX))) {
    throw invalid('Tag keys must be between 1 and 128 characters in length.');
  }
}

export function tagAnnotations(tags: Tags): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [tagAnnotation(key), value]),
  );
}

function isText(text: string, min: number, max: number): boolean {
  const isInRange = text.length >= min && text.length <= max;
  return isInRange && isKeepable(text, BYTES_PER_CHARACTER * max);
}

function invalid(message: string): SqsError {
  return new SqsError('InvalidParameterValue', message);
}
