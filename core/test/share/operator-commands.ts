// Trace commands of operators: decide about messages, list them by state, look one up; and the job that sifts.
import { errorName, MESSAGE_STATES, readRecords } from '@millrace/protocol';
import {
  decideChangeMessages,
  decideSift,
  getMessage,
  listMessages,
  siftableShares,
} from '../../src/index.ts';
import { placeOf } from '../support/log-commands.ts';
import type { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from '../support/trace.ts';
import { keyOf, rangeText } from './share-commands.ts';

const TEXT = new TextDecoder();
const ACTIONS = ['retry', 'reschedule', 'cancel', 'deadLetter'] as const;

export function operatorCommands(machine: Machine): TraceCommands {
  return {
    /** `change g orders/0 0-3 retry` */
    change: (command) => change(machine, command),
    sift: (command) => {
      const { passed, more } = machine.run(decideSift, keyOf(machine, command));
      return `passed ${passed}${more ? ', more' : ''}`;
    },
    /** Share partitions in which there may be something to sift. */
    'to-sift': () =>
      [...siftableShares(machine.state)].map((key) => Object.values(key).join(' ')).join('\n') ||
      'none',
    /** `list g orders/0 dead` */
    list: (command) => {
      const { topicId, partition } = placeOf(machine, word(command, 1));
      const topic = machine.state.catalog.topics.get(topicId)?.name ?? '';
      const state = MESSAGE_STATES.find((name) => name === word(command, 2));
      if (state === undefined) throw new Error(`no state ${word(command, 2)}`);
      const page = {
        fromOffset: numberOf(command, 'from', 0),
        maxRanges: numberOf(command, 'max', 10),
      };
      const query = { group: word(command, 0), topic, partition, state, ...page };
      const { ranges, nextOffset } = machine.run(listMessages, query);
      const lines = ranges.map(({ firstOffset, lastOffset }) => rangeText(firstOffset, lastOffset));
      if (nextOffset !== null) lines.push(`next ${nextOffset}`);
      return lines.join('\n') || 'none';
    },
    message: (command) => {
      const place = placeOf(machine, word(command, 1));
      const offset = Number(word(command, 2));
      const reply = machine.run(getMessage, { group: word(command, 0), ...place, offset });
      const range = { from: offset, to: offset };
      const [record] = reply.batches.flatMap((batch) => readRecords(batch, range));
      const value = record?.value ? TEXT.decode(record.value) : 'no record';
      const result = reply.result === null ? '' : ` result ${TEXT.decode(reply.result.value)}`;
      return `${reply.topic} ${reply.state.state} at ${reply.appendTimeMs}: ${value}${result}`;
    },
  };
}

function change(machine: Machine, command: TraceCommand): string {
  const [first = '', last = first] = word(command, 2).split('-');
  const action = ACTIONS.find((name) => name === word(command, 3));
  if (action === undefined) throw new Error(`no action ${word(command, 3)}`);
  const reply = machine.run(decideChangeMessages, {
    ...keyOf(machine, command),
    firstOffset: Number(first),
    lastOffset: Number(last),
    action,
    delayMs: command.options.has('delay') ? numberOf(command, 'delay') : null,
    rowsMax: numberOf(command, 'rows', 100),
  });
  const lines = reply.outcomes.map(({ firstOffset, lastOffset, errorCode }) => {
    return `${rangeText(firstOffset, lastOffset)} ${errorName(errorCode) ?? 'done'}`;
  });
  if (reply.deadLettered > 0) lines.push(`dead-lettered ${reply.deadLettered}`);
  if (reply.nextOffset !== null) lines.push(`next ${reply.nextOffset}`);
  return lines.join('\n');
}
