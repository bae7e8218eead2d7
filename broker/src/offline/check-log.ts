// The log: every batch passes the check that it passed when it came, lies where its key says, and is of a segment whose
// row tells its bytes. It looks at no record.

import type { SegmentRow, View } from '@millrace/core';
import { type BatchHeader, validateBatch } from '@millrace/protocol';
import type { Snapshot } from '@millrace/storage';
import { type Names, topicText } from './names.ts';
import type { Problems } from './problems.ts';
import type { Screen } from './screen.ts';
import { formatSize } from './text.ts';

export interface LogFigures {
  batches: number;
  records: number;
  bytes: number;
}

interface CheckedSegment {
  readonly baseOffset: number;
  /** Its bytes count from here: below the base lies what was deleted and waits to be swept. */
  readonly countedFrom: number;
  readonly row: SegmentRow;
  bytes: number;
  /** A batch of it could not be read: its bytes are no further problem. */
  isDamaged: boolean;
}

export interface LogCheck {
  readonly snapshot: Snapshot;
  readonly view: View;
  readonly names: Names;
  readonly problems: Problems;
  readonly screen: Screen;
  /** Of all segments that are checked. */
  readonly bytesTotal: number;
  readonly figures: LogFigures;
}

export function checkPartition(check: LogCheck, topicId: number, partition: number): void {
  const place = { topic: topicText(check.names, topicId), partition };
  try {
    checkQuarantines(check, topicId, partition);
    checkBatches(check, topicId, partition);
  } catch (error) {
    // A row that cannot be read, such as a segment that is none: what lies behind it is not looked at.
    const message = `it cannot be read to its end: ${(error as Error).message}`;
    check.problems.corrupt({ table: 'batches', ...place, message });
  }
}

/** What was set aside is lost to readers: whoever looks for damage has to hear of it again. */
function checkQuarantines({ view, names, problems }: LogCheck, topicId: number, partition: number) {
  const place = { table: 'quarantines', topic: topicText(names, topicId), partition };
  for (const [[, , offset], row] of view.range('quarantines', { prefix: [topicId, partition] })) {
    const found = new Date(row.foundAtMs).toISOString();
    const message = `a batch up to offset ${row.lastOffset} was set aside at ${found}: ${row.fault}`;
    problems.corrupt({ ...place, offset, message });
  }
}

function checkBatches(check: LogCheck, topicId: number, partition: number): void {
  const { snapshot, problems } = check;
  const place = { topic: topicText(check.names, topicId), partition };
  const segments = checkSegments(check, topicId, partition);
  let at = 0;
  let previousEnd = 0;
  for (const [key, value] of snapshot.range('batches', { prefix: [topicId, partition] })) {
    const offset = key[2] as number;
    const header = checkBatch(check, { ...place, offset }, value as Uint8Array);
    while (at < segments.length && offset >= (segments[at]?.row[0] ?? 0)) at += 1;
    const segment = segments[at];
    // Below the first segment lies what retention has not swept yet.
    const isStray = segment === undefined || offset < segment.countedFrom;
    if (isStray && (at > 0 || segments.length === 0)) {
      problems.contradiction({ table: 'batches', ...place, offset, message: 'no segment has it' });
    }
    if (segment !== undefined && !isStray) {
      segment.bytes += (value as Uint8Array).length;
      if (header === undefined) segment.isDamaged = true;
      else if (offset + header.lastOffsetDelta >= segment.row[0]) {
        const message = `it goes beyond its segment, which ends at ${segment.row[0]}`;
        problems.contradiction({ table: 'batches', ...place, offset, message });
      }
    }
    if (offset < previousEnd) {
      const message = `the batch before it goes on to ${previousEnd - 1}`;
      problems.contradiction({ table: 'batches', ...place, offset, message });
    }
    if (header !== undefined) previousEnd = offset + header.lastOffsetDelta + 1;
  }
  for (const { baseOffset, row, bytes, isDamaged } of segments) {
    if (isDamaged || bytes === row[1]) continue;
    const message = `the segment has ${row[1]} bytes, its batches have ${bytes}`;
    problems.contradiction({ table: 'segments', ...place, offset: baseOffset, message });
  }
}

function checkSegments(check: LogCheck, topicId: number, partition: number): CheckedSegment[] {
  const segments: CheckedSegment[] = [];
  const place = { table: 'segments', topic: topicText(check.names, topicId), partition };
  const query = { prefix: [topicId, partition] };
  for (const [[, , baseOffset], row] of check.view.range('segments', query)) {
    const previous = segments.at(-1);
    if (previous !== undefined && previous.row[0] !== baseOffset) {
      const message = `the segment before it ends at ${previous.row[0]}`;
      check.problems.contradiction({ ...place, offset: baseOffset, message });
    }
    if (row[0] < baseOffset) {
      const message = `it ends at ${row[0]}, before it begins`;
      check.problems.contradiction({ ...place, offset: baseOffset, message });
    }
    const countedFrom = (row as readonly number[])[6] ?? baseOffset;
    segments.push({ baseOffset, countedFrom, row, bytes: 0, isDamaged: false });
  }
  return segments;
}

interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

function checkBatch(
  { problems, figures, screen, bytesTotal }: LogCheck,
  place: BatchPlace,
  bytes: Uint8Array,
): BatchHeader | undefined {
  figures.batches += 1;
  figures.bytes += bytes.length;
  screen.progress('verifying batches', figures.bytes, bytesTotal, formatSize);
  try {
    const header = validateBatch(bytes);
    figures.records += header.count;
    if (header.baseOffset === place.offset) return header;
    const message = `its header says offset ${header.baseOffset}`;
    problems.corrupt({ table: 'batches', ...place, message });
  } catch (error) {
    problems.corrupt({ table: 'batches', ...place, message: (error as Error).message });
  }
  return undefined;
}
