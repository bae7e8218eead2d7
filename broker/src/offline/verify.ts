// `inspect --verify`: reads everything a data directory holds and names what is not as it should be. In one view, so
// that it can run beside a broker; it changes nothing.

import { checkPartition, type LogFigures } from './check-log.ts';
import { checkRows } from './check-rows.ts';
import { checkState } from './check-state.ts';
import { partitionsOf } from './log-figures.ts';
import { type Names, readNames } from './names.ts';
import type { OpenData } from './open-data.ts';
import { type Problem, Problems } from './problems.ts';
import type { Screen } from './screen.ts';
import { formatCount, formatSize, formatText } from './text.ts';

/** Only batches and segments of it; absent: everything. */
export interface VerifyScope {
  readonly topicId?: number | undefined;
  readonly partition?: number | undefined;
}

export interface Verification extends LogFigures {
  readonly directory: string;
  readonly isSound: boolean;
  readonly problemCount: number;
  /** The first of them. */
  readonly problems: readonly Problem[];
}

export function verify(data: OpenData, scope: VerifyScope, screen: Screen): Verification {
  const { snapshot, view, directory } = data;
  const problems = new Problems();
  const figures = { batches: 0, records: 0, bytes: 0 };
  const names = readNames(view);
  const isWhole = scope.topicId === undefined;
  const isReadable = isWhole && checkRows(snapshot, names, problems, screen);
  const wanted = partitionsIn(data, names, scope);
  const bytesTotal = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  const check = { snapshot, view, names, problems, screen, bytesTotal, figures };
  for (const { topicId, partition } of wanted) checkPartition(check, topicId, partition);
  if (isReadable) checkState(view, names, problems);
  screen.clear();
  const { kept, count } = problems;
  return { directory, isSound: count === 0, ...figures, problemCount: count, problems: kept };
}

/** With batches, also where no segment tells of them. */
function partitionsIn({ view }: OpenData, names: Names, scope: VerifyScope) {
  return [...names.topics].flatMap(([topicId, { partitions }]) => {
    if (scope.topicId !== undefined && scope.topicId !== topicId) return [];
    const bytes = new Map(partitionsOf(view, topicId).map((each) => [each.partition, each.bytes]));
    return Array.from({ length: partitions }, (_, partition) => partition)
      .filter((partition) => scope.partition === undefined || scope.partition === partition)
      .map((partition) => ({ topicId, partition, bytes: bytes.get(partition) ?? 0 }));
  });
}

export function verificationText(verification: Verification): string {
  const { isSound, batches, records, bytes, problemCount, problems } = verification;
  const read = `${formatCount(batches)} batches, ${formatCount(records)} records, ${formatSize(bytes)}`;
  if (isSound) return `Sound: ${read}.`;
  const lines = problems.map(problemText);
  const more = problemCount - problems.length;
  if (more > 0) lines.push(`and ${formatCount(more)} more`);
  const found = problemCount === 1 ? '1 problem' : `${formatCount(problemCount)} problems`;
  return `${lines.join('\n')}\n${found} in ${read}.`;
}

function problemText({ kind, table, message, ...place }: Problem): string {
  const { topic, group, partition, offset, keyHex } = place;
  const where = [
    ...(topic === undefined ? [] : [`topic ${formatText(topic)}`]),
    ...(partition === undefined ? [] : [`partition ${partition}`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
    ...(group === undefined ? [] : [`group ${formatText(group)}`]),
    ...(topic === undefined && group === undefined && keyHex !== undefined
      ? [`key ${keyHex}`]
      : []),
  ];
  return `${kind}: ${[table, ...where].join(', ')}: ${formatText(message)}`;
}
