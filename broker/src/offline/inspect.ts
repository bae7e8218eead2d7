// `inspect`: chooses what to show by the options. It opens the data directory in one view and closes it.

import type { ExitName } from '@millrace/options';
import { StartError } from '@millrace/options';
import { readNames, topicIdOf } from './names.ts';
import { type OpenData, openData } from './open-data.ts';
import type { Screen } from './screen.ts';
import { showPartition, showRecord } from './show-log.ts';
import { summarize, summaryText } from './summarize.ts';
import { verificationText, verify } from './verify.ts';

export interface InspectOptions {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  readonly verify?: boolean | undefined;
}

/** How the process is to end. Throws StartError. */
export async function inspect(
  directory: string,
  options: InspectOptions,
  screen: Screen,
): Promise<ExitName> {
  const { topic, partition, offset } = options;
  const fault = faultOf(options);
  if (fault !== undefined) throw new StartError('badOption', `${fault}.`);
  const data = await openData(directory);
  try {
    if (topic === undefined) {
      if (options.verify === true) return verified(data, {}, screen);
      const summary = summarize(data, screen);
      screen.answer(summary, () => summaryText(summary));
      return 'clean';
    }
    const names = readNames(data.view);
    const topicId = topicIdOf(names, topic, partition);
    if (options.verify === true) return verified(data, { topicId, partition }, screen);
    const partitions = names.topics.get(topicId)?.partitions ?? 0;
    const wanted = partition === undefined ? [...Array(partitions).keys()] : [partition];
    for (const each of wanted) {
      const shown = { topicId, topic, partition: each };
      if (offset === undefined) showPartition(data.view, shown, screen);
      else showRecord(data.view, shown, offset, screen);
    }
    return 'clean';
  } finally {
    screen.clear();
    await data.snapshot.close();
  }
}

function faultOf({ topic, partition, offset, verify: isVerifying }: InspectOptions) {
  if (partition !== undefined && topic === undefined) return '--partition needs --topic';
  if (offset !== undefined && partition === undefined)
    return '--offset needs --topic and --partition';
  if (offset !== undefined && isVerifying === true)
    return '--offset and --verify exclude each other';
  return undefined;
}

function verified(data: OpenData, scope: Parameters<typeof verify>[1], screen: Screen): ExitName {
  const verification = verify(data, scope, screen);
  screen.answer(verification, () => verificationText(verification));
  return verification.isSound ? 'clean' : 'damaged';
}
