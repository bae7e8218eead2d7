// Names of the annotations in which a topic keeps what Amazon SQS knows of a queue and Millrace does not. Tags have
// names of their own, one annotation each, so that gateways beside each other do not overwrite what the other wrote.

import { createHash } from 'node:crypto';

export const PREFIX = 'sqs.';
const TAG = 'sqs.tag.';
/** Tags whose key is too long for the name of an annotation: named by a hash, key and value in the text. */
const LONG_TAG = 'sqs.tag#';
const KEY_BYTES_MAX = 255;

export function annotationOf(attribute: string): string {
  return `${PREFIX}${attribute}`;
}

/** Name and text of the annotation that keeps a tag. */
export function tagAnnotation(key: string, value: string): readonly [name: string, text: string] {
  const name = `${TAG}${key}`;
  if (Buffer.byteLength(name) <= KEY_BYTES_MAX) return [name, value];
  const hash = createHash('sha256').update(key).digest('hex');
  return [`${LONG_TAG}${hash}`, JSON.stringify([key, value])];
}

/** All tags among the annotations, by key. */
export function tagsOf(annotations: Readonly<Record<string, string>>): Map<string, string> {
  const tags = new Map<string, string>();
  for (const [name, text] of Object.entries(annotations)) {
    if (name.startsWith(TAG)) tags.set(name.slice(TAG.length), text);
    if (!name.startsWith(LONG_TAG)) continue;
    const [key, value] = pairIn(text);
    if (key !== undefined && value !== undefined) tags.set(key, value);
  }
  return tags;
}

/** Nothing where somebody wrote something else there. */
function pairIn(text: string): readonly string[] {
  try {
    const pair: unknown = JSON.parse(text);
    return Array.isArray(pair) && pair.every((part) => typeof part === 'string') ? pair : [];
  } catch {
    return [];
  }
}
