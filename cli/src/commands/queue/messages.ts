// `queue messages`: messages by state, from the queue's own index, so that it costs nothing to ask for a rare state.

import type { Admin, ListedMessages, MessageState } from '@millrace/client';
import { argument, choice, command, flag, option, optionWith } from '../../command.ts';
import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { formatCount, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { type Column, table } from '../../output/table.ts';
import { MESSAGE_STATES, UNDER_WAY } from './message-states.ts';
import { untilText } from './state-text.ts';

interface Question {
  readonly group: string;
  readonly states: readonly MessageState[];
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly from: number | undefined;
  readonly keys: boolean;
  readonly limit: number;
}

export const messages = command({
  name: 'messages',
  about: 'list messages by state: who has them, until when, and why they failed last',
  details:
    'A row is a range of neighbours of which the same is true; with --keys, and of blocked ones, it is one message.\n' +
    'Without --state it lists what is under way: leased, ready, scheduled, parked and blocked messages.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    state: choice('--state <state>', 'only messages in this state', MESSAGE_STATES),
    topic: option('-t, --topic <topic>', 'only this topic'),
    partition: option('--partition <number>', 'only this partition', count(0)),
    from: option('--from <offset>', 'from this offset on, in each partition', count(0)),
    keys: flag('--keys', 'a row for each message, with its key'),
    limit: optionWith('-n, --limit <count>', 'at most this many rows', count(1), 100),
  },
  examples: [
    { line: 'broker-cli queue messages jobs', about: 'what is under way' },
    { line: 'broker-cli queue messages jobs --state scheduled', about: 'what waits for a time' },
    {
      line: "broker-cli queue messages jobs --state dead --json | jq '.messages[].id'",
      about: 'ids of what died',
    },
  ],
  async run(context, values) {
    const { queue, state, partition, topic } = values;
    if (partition !== undefined && topic === undefined) throw usage('--partition needs --topic');
    const { admin } = await context.client();
    const question: Question = {
      ...values,
      topic,
      partition,
      group: queue,
      states: state === undefined ? UNDER_WAY : [state],
    };
    const { found, isMore } = await listed(context, admin, question);
    await context.output.answer({ messages: found, more: isMore }, async () =>
      messagesText(context.output, found),
    );
    if (isMore) context.output.note('There are more: a larger --limit shows them.');
  },
});

async function listed(
  context: Context,
  admin: Admin,
  { group, states, topic, partition, from, keys, limit }: Question,
): Promise<{ readonly found: readonly ListedMessages[]; readonly isMore: boolean }> {
  const found: ListedMessages[] = [];
  for (const state of states) {
    const pageSize = Math.min(limit + 1, 1_000);
    for await (const each of admin.listMessages({
      group,
      state,
      topic,
      partition,
      fromOffset: from,
      keys: keys || state === 'blocked',
      pageSize,
      signal: context.signal,
    })) {
      if (found.length === limit) return { found, isMore: true };
      found.push(each);
    }
  }
  return { found, isMore: false };
}

async function messagesText(output: Output, rows: readonly ListedMessages[]): Promise<string> {
  const isAny = (has: (row: ListedMessages) => boolean): boolean => rows.some(has);
  const columns: Column<ListedMessages>[] = [
    { head: 'STATE', cell: ({ state }) => state },
    { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
    { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
    { head: 'OFFSETS', align: 'right', cell: offsetsText },
    { head: 'MESSAGES', align: 'right', cell: (row) => formatCount(row.messages) },
    { head: 'DELIVERIES', align: 'right', cell: ({ deliveries }) => formatCount(deliveries) },
  ];
  if (isAny(({ memberId }) => memberId !== null)) {
    columns.push({ head: 'MEMBER', cell: ({ memberId }) => formatText(memberId ?? '-', 40) });
  }
  if (isAny(({ untilMs }) => untilMs !== null)) columns.push({ head: 'UNTIL', cell: untilText });
  if (isAny(({ key }) => key !== undefined)) {
    columns.push({ head: 'KEY', cell: ({ key }) => formatText(key ?? '-', 30) });
  }
  if (isAny(({ deadReason }) => deadReason !== null)) {
    columns.push({ head: 'REASON', cell: ({ deadReason }) => formatText(deadReason ?? '-') });
  }
  if (isAny(({ lastError }) => lastError !== null)) {
    columns.push({ head: 'LAST ERROR', cell: ({ lastError }) => formatText(lastError ?? '-', 60) });
  }
  return table(output, [...columns, ID], rows, 'No such messages.');
}

const ID: Column<ListedMessages> = { head: 'ID', cell: ({ id }) => id };

function offsetsText({ firstOffset, lastOffset }: ListedMessages): string {
  return firstOffset === lastOffset ? String(firstOffset) : `${firstOffset}-${lastOffset}`;
}
