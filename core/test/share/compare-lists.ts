// Whether lists by state and lookups by id tell the same as the naive share partition does.
import { deepEqual, equal } from 'node:assert/strict';
import { MESSAGE_STATES } from '@millrace/protocol';
import { getMessage, listMessages } from '../../src/index.ts';
import type { Machine } from '../support/machine.ts';
import type { NaiveMessage } from './naive-message.ts';

const GROUP = { group: 'workers', partition: 0 };

/** Of the messages that the log holds, each list has exactly those in its state; pages follow each other. */
export function compareLists(machine: Machine, messages: ReadonlyMap<number, NaiveMessage>): void {
  const { startOffset, durableEnd } = machine.state.logs.at(1, 0);
  const held = [...messages].filter(([at]) => at >= startOffset && at < durableEnd);
  for (const state of MESSAGE_STATES) {
    const expected = held.filter(([, message]) => shownAs(message) === state).map(([at]) => at);
    const found = listAll(machine, state).filter((at) => messages.has(at));
    deepEqual(found, expected, `the ${state} ones`);
  }
  const place = { ...GROUP, topicId: 1 };
  for (const [offset, message] of held.slice(0, 8)) {
    const reply = machine.run(getMessage, { ...place, offset });
    equal(reply.state.state, shownAs(message), `state of ${offset}`);
    equal(reply.batches.length, 1);
  }
}

/** What is resolved and not dead is shown as acknowledged. */
function shownAs({ state }: NaiveMessage): string {
  return state === 'skipped' ? 'acknowledged' : state;
}

function listAll(machine: Machine, state: (typeof MESSAGE_STATES)[number]): number[] {
  const found: number[] = [];
  let fromOffset: number | null = 0;
  while (fromOffset !== null) {
    const query = { ...GROUP, topic: 'orders', state, fromOffset, maxRanges: 2 };
    const page: ReturnType<typeof pageOf> = pageOf(machine, query);
    for (const { firstOffset, lastOffset } of page.ranges) {
      for (let at = firstOffset; at <= lastOffset; at += 1) found.push(at);
    }
    fromOffset = page.nextOffset;
  }
  return found;
}

function pageOf(machine: Machine, query: Parameters<typeof listMessages>[2]) {
  return machine.run(listMessages, query);
}
