// Whether the dead-letter topic holds what the naive share partition says died.
import { deepEqual, ok } from 'node:assert/strict';
import { DEAD_LETTER_HEADERS, readRecords } from '@millrace/protocol';
import type { Machine } from '../support/machine.ts';
import type { NaiveDeath } from './naive-message.ts';

const DEAD_LETTERS = 2;
const TEXT = new TextDecoder();

/** Exactly one copy of each message that died, with what is known of its end. */
export function compareLetters(machine: Machine, deaths: readonly NaiveDeath[]): void {
  const copies = machine.view
    .all('batches')
    .filter(([[topicId]]) => topicId === DEAD_LETTERS)
    .flatMap(([, batch]) => readRecords(batch));
  const found = copies.map(({ value, headers }) => {
    const text = new Map(headers.map(([name, bytes]) => [name, TEXT.decode(bytes)]));
    const number = (name: string) => Number(text.get(name));
    const offset = number(DEAD_LETTER_HEADERS.offset);
    ok(TEXT.decode(value ?? new Uint8Array()) !== '', 'the value is copied');
    return {
      offset,
      deliveries: number(DEAD_LETTER_HEADERS.deliveries),
      reason: text.get(DEAD_LETTER_HEADERS.reason),
      error: text.get(DEAD_LETTER_HEADERS.error) ?? null,
      firstFailedAtMs: number(DEAD_LETTER_HEADERS.firstFailedAt),
      lastFailedAtMs: number(DEAD_LETTER_HEADERS.lastFailedAt),
    };
  });
  const byOffset = (a: { offset: number }, b: { offset: number }) => a.offset - b.offset;
  deepEqual(found.toSorted(byOffset), deaths.toSorted(byOffset));
}
