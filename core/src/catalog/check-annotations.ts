// Annotations of a topic are kept in memory and told with it: all of them together have a bound.

import { LIMITS } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import type { TopicRow } from '../rows.ts';

/** LIMIT_EXCEEDED, or undefined where they fit. The codec checked each one's size. */
export function checkAnnotations(annotations: TopicRow['annotations']): Refused | undefined {
  const count = Object.keys(annotations).length;
  if (count > LIMITS.annotationsMax) {
    const limit = `${LIMITS.annotationsMax} annotations`;
    const message = `A topic may have ${limit}, not ${count}.`;
    return refuse('LIMIT_EXCEEDED', message, { field: 'annotations', limit });
  }
  let characters = 0;
  for (const [name, text] of Object.entries(annotations)) characters += name.length + text.length;
  if (characters <= LIMITS.annotationsCharactersMax) return undefined;
  const limit = `${LIMITS.annotationsCharactersMax} characters`;
  const message = `The annotations of a topic may have ${limit} in all, not ${characters}.`;
  return refuse('LIMIT_EXCEEDED', message, { field: 'annotations', limit });
}
