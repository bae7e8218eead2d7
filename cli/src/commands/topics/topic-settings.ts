// The settings of a topic as options, for `topics create` and `topics alter`, and as text for people.

import type { TopicDescription } from '@millrace/client';
import { choice, option, repeated, type ValuesOf } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { decimal } from '../../input/count.ts';
import { parseDuration, parseDurationOrForever } from '../../input/duration.ts';
import { type Header, parseHeader } from '../../input/header.ts';
import { parseSize, parseSizeOrUnlimited } from '../../input/size.ts';
import { isOn, onOff } from '../../input/switch.ts';
import { formatDuration, formatSize, formatText } from '../../output/format.ts';

export const TOPIC_SETTINGS = {
  retention: option(
    '--retention <duration>',
    'remove segments whose youngest record is older, such as 7d; or forever',
    parseDurationOrForever,
  ),
  retentionSize: option(
    '--retention-size <size>',
    'keep about this much a partition, such as 10GiB; or unlimited',
    parseSizeOrUnlimited,
  ),
  segmentSize: option('--segment-size <size>', 'start a new segment at this size', parseSize),
  segmentAge: option('--segment-age <duration>', 'start a new segment at this age', parseDuration),
  messageSize: option('--message-size <size>', 'refuse records larger than this', parseSize),
  messageTtl: option(
    '--message-ttl <duration>',
    'queues give records up as expired so long after they could be received; or forever',
    parseDurationOrForever,
  ),
  dedup: choice(
    '--dedup <how>',
    'drop duplicates: none; by the dedup id of a record; by it or else by the content',
    ['none', 'id', 'content'],
  ),
  dedupWindow: option(
    '--dedup-window <duration>',
    'how long a dedup id is remembered',
    parseDuration,
  ),
  dedupScope: choice('--dedup-scope <scope>', 'where a dedup id is unique', ['topic', 'key']),
  retentionAcked: onOff(
    '--retention-acked <state>',
    'remove segments once every group has passed them, also before their time',
  ),
  cleanup: choice(
    '--cleanup <policy>',
    'delete: retention removes old records; compact: only the last record of a key stays; both',
    ['delete', 'compact', 'compact-delete'],
  ),
  compactionLag: option(
    '--compaction-lag <duration>',
    'leave records alone that are younger than this',
    parseDuration,
  ),
  tombstoneRetention: option(
    '--tombstone-retention <duration>',
    'how long compaction keeps a record without a value, which deletes its key',
    parseDuration,
  ),
  dirtyRatio: option(
    '--dirty-ratio <ratio>',
    'compact once this part of the bytes is not compacted yet, 0 to 1',
    decimal(0, 1),
  ),
  deadLettersFrom: choice('--dead-letters-from <whom>', 'whose dead letters it takes', [
    'all',
    'none',
    'listed',
  ]),
  deadLetterSources: repeated(
    '--dead-letter-source <topic>',
    'take the dead letters of this topic (repeatable; means --dead-letters-from listed)',
  ),
};

export const ANNOTATIONS = repeated(
  '--annotation <name=value>',
  'free text kept with the topic (repeatable)',
  parseHeader,
);

/** The settings given, as the API takes them; undefined where none are. */
export function topicConfig(values: ValuesOf<typeof TOPIC_SETTINGS>) {
  const { deadLettersFrom, deadLetterSources } = values;
  const isListed = deadLetterSources.length > 0;
  if (isListed && deadLettersFrom !== undefined && deadLettersFrom !== 'listed') {
    throw usage('--dead-letter-source needs --dead-letters-from listed');
  }
  const config = {
    retentionMs: values.retention,
    retentionBytes: values.retentionSize,
    segmentBytes: values.segmentSize,
    segmentMs: values.segmentAge,
    messageBytesMax: values.messageSize,
    messageTtlMs: values.messageTtl,
    dedup: values.dedup,
    dedupWindowMs: values.dedupWindow,
    dedupScope: values.dedupScope,
    retentionAcked: isOn(values.retentionAcked),
    cleanupPolicy: values.cleanup,
    compactionLagMs: values.compactionLag,
    tombstoneRetentionMs: values.tombstoneRetention,
    compactionDirtyRatio: values.dirtyRatio,
    deadLettersFrom: isListed ? ('listed' as const) : deadLettersFrom,
    deadLetterSources: isListed ? [...new Set(deadLetterSources)] : undefined,
  };
  return Object.values(config).some((value) => value !== undefined) ? config : undefined;
}

/** Annotations with the given ones laid over them; an empty value removes. */
export function mergeAnnotations(
  present: { readonly [name: string]: string },
  given: readonly Header[],
): { [name: string]: string } {
  const merged = new Map(Object.entries(present));
  for (const [name, value] of given) {
    if (value === '') merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

type TopicConfig = NonNullable<TopicDescription['config']>;

export function configLines(config: TopicConfig): readonly (readonly [string, string])[] {
  return [
    ['retention', `${formatDuration(config.retentionMs)}, ${formatSize(config.retentionBytes)}`],
    ['cleanup', cleanupText(config)],
    ['segments', `${formatSize(config.segmentBytes)} or ${formatDuration(config.segmentMs)}`],
    ['message size', `at most ${formatSize(config.messageBytesMax)}`],
    ['message ttl', formatDuration(config.messageTtlMs)],
    ['duplicates', dedupText(config)],
    ['acknowledged', config.retentionAcked ? 'removed once all groups have passed' : 'kept'],
    ['dead letters', deadLettersText(config)],
  ];
}

function cleanupText(config: TopicConfig): string {
  const { cleanupPolicy, compactionLagMs, tombstoneRetentionMs, compactionDirtyRatio } = config;
  if (cleanupPolicy === 'delete') return cleanupPolicy;
  const lag =
    compactionLagMs === 0 ? '' : `, what is older than ${formatDuration(compactionLagMs)}`;
  const from = `from ${Math.round(100 * compactionDirtyRatio)}% uncompacted on`;
  return `${cleanupPolicy}${lag}, ${from}; tombstones stay ${formatDuration(tombstoneRetentionMs)}`;
}

function dedupText({ dedup, dedupWindowMs, dedupScope }: TopicConfig): string {
  if (dedup === 'none') return 'kept';
  const how = dedup === 'id' ? 'by id' : 'by id or content';
  return `dropped ${how}, for ${formatDuration(dedupWindowMs)}, within the ${dedupScope}`;
}

function deadLettersText({ deadLettersFrom, deadLetterSources }: TopicConfig): string {
  if (deadLettersFrom !== 'listed') return `from ${deadLettersFrom}`;
  return `from ${deadLetterSources.map((topic) => formatText(topic)).join(', ')}`;
}
