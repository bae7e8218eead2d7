// Where a dead letter comes from, as its headers say; and the record that it was. It reads nothing else.

import { DEAD_LETTER_HEADERS, type LogRecord, type RecordInput } from '@millrace/protocol';
import type { TaskRow } from '../queue-rows.ts';
import { utf8 } from '../share/utf8.ts';

/** Null: the letter does not say, or what it says cannot be. */
export interface LetterOrigin {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly group: string | null;
  readonly reason: string | null;
  readonly diedAtMs: number | null;
  /** It stands in for a record that could not be read. */
  readonly isStandIn: boolean;
  /** Text of the last failure, as it is stored; null: there is none. */
  readonly error: Uint8Array | null;
}

/** Longer than any name. */
const TEXT_BYTES_MAX = 1_024;

const NO_BYTES = new Uint8Array();

const STRIPPED = new Set<string>(
  Object.values(DEAD_LETTER_HEADERS).filter((name) => name !== DEAD_LETTER_HEADERS.messageId),
);

export function originOf({ headers }: LogRecord): LetterOrigin {
  const texts = new Map<string, string>();
  for (const [name, value] of headers) if (STRIPPED.has(name)) texts.set(name, asciiIn(value));
  const text = (name: string) => texts.get(name) ?? null;
  const number = (name: string) => numberIn(texts.get(name));
  return {
    topic: text(DEAD_LETTER_HEADERS.topic),
    partition: number(DEAD_LETTER_HEADERS.partition),
    offset: number(DEAD_LETTER_HEADERS.offset),
    group: text(DEAD_LETTER_HEADERS.group),
    reason: text(DEAD_LETTER_HEADERS.reason),
    diedAtMs: number(DEAD_LETTER_HEADERS.lastFailedAt),
    isStandIn: texts.has(DEAD_LETTER_HEADERS.undecodable),
    error: headers.findLast(([name]) => name === DEAD_LETTER_HEADERS.error)?.[1] ?? null,
  };
}

/** Names, reasons and numbers are ASCII; what is not matches nothing. */
function asciiIn(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, TEXT_BYTES_MAX));
}

function numberIn(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

/** Where the letter itself is. */
export interface LetterPlace {
  readonly partition: number;
  readonly offset: number;
}

/** The one range of offsets is looked at before: only letters within it come here. */
export function matchesFilter(
  filter: TaskRow['filter'],
  origin: LetterOrigin,
  place: LetterPlace,
): boolean {
  const { fromMs, toMs, reason, failedGroup, sourceTopic, error, among } = filter;
  const { diedAtMs } = origin;
  if (fromMs !== null && (diedAtMs === null || diedAtMs < fromMs)) return false;
  if (toMs !== null && (diedAtMs === null || diedAtMs >= toMs)) return false;
  if (reason !== null && reason !== origin.reason) return false;
  if (failedGroup !== null && failedGroup !== origin.group) return false;
  if (sourceTopic !== null && sourceTopic !== origin.topic) return false;
  // Tasks of data directories from before these two were there have none.
  if (typeof error === 'string' && !isText(origin.error, error)) return false;
  return among === undefined || among === null || isAmong(among, place);
}

function isText(bytes: Uint8Array | null, text: string): boolean {
  const wanted = utf8(text);
  const own = bytes ?? NO_BYTES;
  return own.length === wanted.length && own.every((byte, i) => byte === wanted[i]);
}

function isAmong(
  ranges: NonNullable<TaskRow['filter']['among']>,
  { partition, offset }: LetterPlace,
): boolean {
  return ranges.some((range) => {
    return (
      range.partition === partition && range.firstOffset <= offset && offset <= range.lastOffset
    );
  });
}

/** The record as it was before it died; the id of the message goes on with it. [L-119] */
export function strippedRecord({ key, value, timestampMs, headers }: LogRecord): RecordInput {
  return { key, value, timestampMs, headers: headers.filter(([name]) => !STRIPPED.has(name)) };
}

/** Bytes of key, value and headers. */
export function contentBytes({ key, value, headers }: RecordInput): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers ?? []) bytes += name.length + text.length;
  return bytes;
}
