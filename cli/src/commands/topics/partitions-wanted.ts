// The partitions of a topic that a command is about: those named, or all.

import type { TopicDescription } from '@millrace/client';
import { CliError } from '../../errors/cli-error.ts';
import { formatText } from '../../output/format.ts';

export type DescribedPartition = TopicDescription['partitions'][number];

export function partitionsWanted(
  { name, partitions }: TopicDescription,
  wanted: readonly number[],
): readonly DescribedPartition[] {
  const missing = wanted.find((each) => each >= partitions.length);
  if (missing !== undefined) {
    const message = `topic ${formatText(name)} has no partition ${missing}`;
    throw new CliError('notFound', 'UNKNOWN_PARTITION', message);
  }
  return wanted.length === 0
    ? partitions
    : partitions.filter(({ partition }) => wanted.includes(partition));
}
