// What the rows say together: whether a broker would come up on them, and the indexes that memory does not hold.

import {
  assertInvariants,
  createShardState,
  loadShardState,
  RUN_STATES,
  type View,
} from '@millrace/core';
import { partitionsOf } from './log-figures.ts';
import { type Names, topicText } from './names.ts';
import type { Problems } from './problems.ts';
import { checkSecurity } from './security-rows.ts';

/** Only for rows that could be read, every one. */
export function checkState(view: View, names: Names, problems: Problems): void {
  checkOffsets(view, names, problems);
  checkWaitTimes(view, names, problems);
  checkProducerNames(view, problems);
  checkExpiries(view, problems);
  checkSecurity(view, problems);
  try {
    const state = createShardState();
    loadShardState(state, view);
    assertInvariants(state);
  } catch (error) {
    const message = `a broker does not come up on the rows: ${(error as Error).message}`;
    problems.contradiction({ table: 'all', message });
  }
}

/** No group has committed beyond the end of a log. */
function checkOffsets(view: View, names: Names, problems: Problems): void {
  const ends = new Map<string, number>();
  for (const topicId of names.topics.keys()) {
    for (const { partition, endOffset } of partitionsOf(view, topicId)) {
      ends.set(`${topicId}/${partition}`, endOffset);
    }
  }
  for (const [[groupId, topicId, partition], [offset]] of view.range('offsets', {})) {
    if (!names.topics.has(topicId) || !names.groups.has(groupId)) continue;
    const end = ends.get(`${topicId}/${partition}`) ?? 0;
    if (offset <= end) continue;
    problems.contradiction({
      table: 'offsets',
      group: names.groups.get(groupId)?.name,
      topic: topicText(names, topicId),
      partition,
      offset,
      message: `the group committed offset ${offset}, the log ends at ${end}`,
    });
  }
}

/** A message that is scheduled and cannot be found by its time would never come. Purged ones need not. */
function checkWaitTimes(view: View, names: Names, problems: Problems): void {
  for (const [[groupId, topicId, partition, first], run] of view.range('waiting', {})) {
    if (RUN_STATES[run[1]] !== 'scheduled') continue;
    if (!names.topics.has(topicId) || !names.groups.has(groupId)) continue;
    const floor = view.get('sharePartitions', [groupId, topicId, partition])?.[1] ?? 0;
    const isPurged = view.get('purges', [groupId, topicId, partition]) !== undefined;
    if (isPurged || first < floor) continue;
    if (view.get('waitTimes', [run[3], groupId, topicId, partition, first]) !== undefined) continue;
    problems.contradiction({
      table: 'waiting',
      group: names.groups.get(groupId)?.name,
      topic: topicText(names, topicId),
      partition,
      offset: first,
      message: `it is scheduled for ${run[3]}, and has no row in waitTimes`,
    });
  }
}

function checkProducerNames(view: View, problems: Problems): void {
  for (const [[name], producerId] of view.range('producerNames', {})) {
    if (view.get('producers', [producerId])?.name === name) continue;
    const message = `the name leads to producer ${producerId}, which has another`;
    problems.contradiction({ table: 'producerNames', message });
  }
}

/** Each names a row by its key as JSON. */
function checkExpiries(view: View, problems: Problems): void {
  for (const [[atMs, table, rowKey]] of view.range('expiries', { keysOnly: true })) {
    try {
      JSON.parse(rowKey);
    } catch {
      const message = `an entry of ${table} for ${atMs} names no row`;
      problems.contradiction({ table: 'expiries', message });
    }
  }
}
