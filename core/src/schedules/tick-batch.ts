// The messages of a schedule as a batch, and whether its topic takes them.

import { BatchBuilder, recordBytes, SCHEDULE_HEADERS } from '@millrace/protocol';
import type { Topic } from '../catalog/catalog.ts';
import { isCompacted } from '../catalog/compacted.ts';
import type { ScheduleRow } from '../queue-rows.ts';
import { utf8 } from '../share/utf8.ts';

/** One record a tick, alike but for the tick. [S-6] */
export function tickBatch(
  { name, key, value, headers }: ScheduleRow,
  ticks: readonly number[],
): Uint8Array {
  const builder = new BatchBuilder();
  for (const tickMs of ticks) {
    const record = {
      key,
      value,
      timestampMs: tickMs,
      headers: [
        ...headers,
        [SCHEDULE_HEADERS.name, utf8(name)] as const,
        [SCHEDULE_HEADERS.tick, utf8(String(tickMs))] as const,
      ],
    };
    builder.add(record, tickMs);
  }
  return builder.build();
}

/** Why the topic does not take the first message, and so none of them; undefined where it does. */
export function oversized(batch: Uint8Array, { name, config }: Topic): string | undefined {
  const bytes = recordBytes(batch, 0);
  const max = config.messageBytesMax;
  if (bytes <= max) return undefined;
  return `The message has ${bytes} bytes; topic ${name} takes at most ${max}.`;
}

/** Why the topic takes no message of a schedule without key; undefined where it does. [G-33] */
export function withoutKey(
  { key }: Pick<ScheduleRow, 'key'>,
  { name, config }: Topic,
): string | undefined {
  if (key !== null || !isCompacted(config)) return undefined;
  return `Topic ${name} is compacted: the messages of a schedule need a key.`;
}
