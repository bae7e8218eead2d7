// Annotations of a topic after a change: all of them replaced, or some of them, and only where they are as the caller
// believes. So several processes that keep their state there do not undo each other's changes. It writes nothing.

import type { RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import type { TopicRow } from '../rows.ts';
import { checkAnnotations } from './check-annotations.ts';

type Annotations = TopicRow['annotations'];
type Change = RequestOf<'AlterTopic'>;

export interface AnnotationsChange {
  /** Replaces all. */
  readonly annotations: Change['annotations'];
  /** Changes these alone; null removes one. */
  readonly mergeAnnotations?: Change['mergeAnnotations'] | undefined;
  /** Null: not there. */
  readonly expectedAnnotations?: Change['expectedAnnotations'] | undefined;
}

type Altered = { readonly error?: undefined; readonly annotations: Annotations } | Refused;

/** Refused with INVALID_REQUEST, ANNOTATIONS_CHANGED or LIMIT_EXCEEDED. [G-39] */
export function alteredAnnotations(before: Annotations, change: AnnotationsChange): Altered {
  const { annotations: whole, mergeAnnotations: merged, expectedAnnotations: expected } = change;
  if (whole && merged) {
    const message = 'Annotations are replaced or merged, not both.';
    return refuse('INVALID_REQUEST', message, { field: 'mergeAnnotations' });
  }
  for (const [name, text] of Object.entries(expected ?? {})) {
    if ((textOf(before, name) ?? null) === text) continue;
    const message = `The annotation ${name} is not as expected: nothing was changed.`;
    return refuse('ANNOTATIONS_CHANGED', message, { field: `expectedAnnotations[${name}]` });
  }
  const annotations = merged ? mergedInto(before, merged) : (whole ?? before);
  return checkAnnotations(annotations) ?? { annotations };
}

function textOf(annotations: Annotations, name: string): string | undefined {
  return Object.hasOwn(annotations, name) ? annotations[name] : undefined;
}

function mergedInto(before: Annotations, change: { [name: string]: string | null }): Annotations {
  const after = new Map(Object.entries(before));
  for (const [name, text] of Object.entries(change)) {
    if (text === null) after.delete(name);
    else after.set(name, text);
  }
  return Object.fromEntries(after);
}
