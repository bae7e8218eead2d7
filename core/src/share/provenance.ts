// Where a dead letter comes from and why it died, as headers. It reads and writes nothing.

import { DEAD_LETTER_HEADERS, messageId } from '@millrace/protocol';
import type { DeathReason } from '../rows.ts';
import type { Run } from './run.ts';
import type { ShareScope } from './share-scope.ts';
import { utf8 } from './utf8.ts';

/** Part of a run that died. */
export interface Death {
  readonly run: Run;
  readonly first: number;
  readonly last: number;
  readonly reason: DeathReason;
  readonly error: string | null;
}

export type Header = readonly [name: string, value: Uint8Array];

/** What all messages of a death have in common. */
export function sharedProvenance(scope: ShareScope, death: Death, nowMs: number): Header[] {
  const { run, reason, error } = death;
  const NAMES = DEAD_LETTER_HEADERS;
  const headers: Header[] = [
    [NAMES.topic, utf8(scope.topic.name)],
    [NAMES.partition, utf8(`${scope.key.partition}`)],
    [NAMES.group, utf8(scope.group.name)],
    [NAMES.deliveries, utf8(`${run.deliveries}`)],
    [NAMES.reason, utf8(reason)],
    [NAMES.firstFailedAt, utf8(`${run.firstFailedAtMs || nowMs}`)],
    [NAMES.lastFailedAt, utf8(`${nowMs}`)],
  ];
  if (error !== null) headers.push([NAMES.error, utf8(error)]);
  return headers;
}

/** All headers of the letter of one message; a letter that moves again keeps the id it got first. [L-23] */
export function provenanceOf(
  { key }: ShareScope,
  shared: readonly Header[],
  offset: number,
): readonly Header[] {
  const id = messageId(key.topicId, key.partition, offset);
  return [
    ...shared,
    [DEAD_LETTER_HEADERS.offset, utf8(`${offset}`)],
    [DEAD_LETTER_HEADERS.messageId, utf8(id)],
  ];
}
