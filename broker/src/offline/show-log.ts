// `inspect --topic`: the segments and batches of a topic, and one record of it. Reads batches; believes nothing of them.

import type { View } from '@millrace/core';
import { StartError } from '@millrace/options';
import {
  type BatchHeader,
  batchHeader,
  CODECS,
  FLAG_DEDUP,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GAPS,
  FLAG_GROUP,
  FLAG_TTL,
  type LogRecord,
  MillraceError,
  readRecords,
  validateBatch,
} from '@millrace/protocol';
import type { Screen } from './screen.ts';
import { formatCount, formatSize, formatText, formatTime, properties } from './text.ts';

const FLAGS = [
  [FLAG_GAPS, 'gaps'],
  [FLAG_DELAY, 'delay'],
  [FLAG_TTL, 'ttl'],
  [FLAG_DEDUP, 'dedup'],
  [FLAG_DELIVERIES, 'deliveries'],
  [FLAG_GROUP, 'group'],
] as const;

export interface ShownPartition {
  readonly topicId: number;
  readonly topic: string;
  readonly partition: number;
}

/** A line a segment and a line a batch, as they come: there may be millions. */
export function showPartition(view: View, shown: ShownPartition, screen: Screen): void {
  const { topicId, topic, partition } = shown;
  const prefix = [topicId, partition] as const;
  for (const [[, , baseOffset], row] of view.range('segments', { prefix })) {
    const [nextOffset, bytes, firstAppendMs, lastAppendMs, visibleMs] = row;
    const times = { firstAppendMs, lastAppendMs, visibleMs };
    const segment = { kind: 'segment', topic, partition, baseOffset, nextOffset, bytes, ...times };
    screen.line(screen.isJson ? JSON.stringify(segment) : segmentText(segment));
    const range = { prefix, from: [...prefix, baseOffset], to: [...prefix, nextOffset] };
    for (const [[, , offset], batch] of view.range('batches', range)) {
      const document = batchDocument(shown, offset, batch);
      screen.line(screen.isJson ? JSON.stringify(document) : batchText(document));
    }
  }
}

interface ShownSegment {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly bytes: number;
  readonly firstAppendMs: number;
  readonly lastAppendMs: number;
}

function segmentText(segment: ShownSegment): string {
  const { topic, partition, baseOffset, nextOffset, bytes, firstAppendMs, lastAppendMs } = segment;
  const times = `${formatTime(firstAppendMs)} to ${formatTime(lastAppendMs)}`;
  const offsets = `offsets ${formatCount(baseOffset)} to ${formatCount(nextOffset)}`;
  return `${formatText(topic)}/${partition}  segment  ${offsets}  ${formatSize(bytes)}  ${times}`;
}

function batchDocument(shown: ShownPartition, baseOffset: number, bytes: Uint8Array) {
  const place = { kind: 'batch', topic: shown.topic, partition: shown.partition, baseOffset };
  let header: BatchHeader;
  try {
    header = batchHeader(bytes);
  } catch (error) {
    return { ...place, bytes: bytes.length, fault: (error as Error).message };
  }
  const { producerId, producerEpoch, sequence, codec, flags } = header;
  return {
    ...place,
    lastOffset: baseOffset + header.lastOffsetDelta,
    records: header.count,
    bytes: bytes.length,
    bodyBytes: header.bodyBytes,
    bodyBytesRaw: header.bodyBytesRaw,
    codec: CODECS[codec] ?? String(codec),
    flags: FLAGS.flatMap(([flag, name]) => ((flags & flag) === 0 ? [] : [name])),
    appendTimeMs: header.appendTimeMs,
    firstTimestampMs: header.firstTimestampMs,
    lastTimestampMs: header.lastTimestampMs,
    producer: producerId === -1 ? null : { producerId, producerEpoch, sequence },
  };
}

function batchText(batch: ReturnType<typeof batchDocument>): string {
  const from = `  ${formatCount(batch.baseOffset)}`;
  if ('fault' in batch) return `${from}  ${formatSize(batch.bytes)}  ${batch.fault}`;
  const { producer, flags } = batch;
  const by =
    producer === null
      ? ''
      : `  producer ${producer.producerId} epoch ${producer.producerEpoch} sequence ${producer.sequence}`;
  const flagged = flags.length === 0 ? '' : `  ${flags.join(',')}`;
  const size = `${formatSize(batch.bytes)}  ${batch.codec}${flagged}`;
  const records = `${formatCount(batch.records)} record${batch.records === 1 ? '' : 's'}`;
  const to = formatCount(batch.lastOffset);
  return `${from} to ${to}  ${records}  ${size}  ${formatTime(batch.appendTimeMs)}${by}`;
}

/** The record at an offset. Throws StartError where there is none, or where its batch is corrupt. */
export function showRecord(
  view: View,
  shown: ShownPartition,
  offset: number,
  screen: Screen,
): void {
  const { topicId, topic, partition } = shown;
  const prefix = [topicId, partition] as const;
  const from = [...prefix, offset];
  const [found] = view.range('batches', { prefix, from, reverse: true, limit: 1 });
  const place = `${formatText(topic)}/${partition} at offset ${offset}`;
  const missing = new StartError('noInput', `there is no record in ${place}.`);
  if (found === undefined) throw missing;
  const [[, , baseOffset], batch] = found;
  let record: LogRecord | undefined;
  try {
    validateBatch(batch);
    [record] = readRecords(batch, { from: offset, to: offset });
  } catch (error) {
    const where = `the batch of ${place} (from ${baseOffset})`;
    const isLacking = error instanceof MillraceError && error.code === 'UNSUPPORTED_CODEC';
    throw new StartError(
      isLacking ? 'badOption' : 'damaged',
      `${where}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  if (record === undefined) throw missing;
  const document = {
    topic,
    partition,
    offset,
    timestampMs: record.timestampMs,
    key: bytesDocument(record.key),
    value: bytesDocument(record.value),
    headers: record.headers.map(([name, value]) => ({ name, value: bytesDocument(value) })),
    batch: batchDocument(shown, baseOffset, batch),
  };
  screen.answer(document, () =>
    properties([
      ['record', place],
      ['time', formatTime(document.timestampMs)],
      ['key', bytesText(record.key)],
      ...record.headers.map(
        ([name, value]) => [`header ${formatText(name)}`, bytesText(value)] as const,
      ),
      ['batch', batchText(document.batch).trim()],
      ['value', bytesText(record.value)],
    ]),
  );
}

type Shown = { readonly text: string } | { readonly base64: string } | null;

/** Text where the bytes are UTF-8. */
function bytesDocument(bytes: Uint8Array | null): Shown {
  if (bytes === null) return null;
  const text = textOf(bytes);
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
}

function bytesText(bytes: Uint8Array | null): string {
  if (bytes === null) return '(none)';
  const text = textOf(bytes);
  return text === undefined
    ? `${formatSize(bytes.length)}, hex ${Buffer.from(bytes).toString('hex')}`
    : formatText(text);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
