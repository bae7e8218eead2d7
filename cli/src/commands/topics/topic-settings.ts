// The settings of a topic as options, for `topics create` and `topics alter`, and as text for people.

import type { TopicDescription } from '@millrace/client';
import { option, repeated, type ValuesOf } from '../../command.ts';
import { parseDuration, parseDurationOrForever } from '../../input/duration.ts';
import { type Header, parseHeader } from '../../input/header.ts';
import { parseSize, parseSizeOrUnlimited } from '../../input/size.ts';
import { formatDuration, formatSize } from '../../output/format.ts';

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
};

export const ANNOTATIONS = repeated(
  '--annotation <name=value>',
  'free text kept with the topic (repeatable)',
  parseHeader,
);

/** The settings given, as the API takes them; undefined where none are. */
export function topicConfig(values: ValuesOf<typeof TOPIC_SETTINGS>) {
  const config = {
    retentionMs: values.retention,
    retentionBytes: values.retentionSize,
    segmentBytes: values.segmentSize,
    segmentMs: values.segmentAge,
    messageBytesMax: values.messageSize,
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
    ['segments', `${formatSize(config.segmentBytes)} or ${formatDuration(config.segmentMs)}`],
    ['message size', `at most ${formatSize(config.messageBytesMax)}`],
  ];
}
