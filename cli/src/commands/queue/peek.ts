// `queue peek`: messages with their state in a queue; changes nothing.

import type { Admin, PeekedMessage } from '@millrace/client';
import { argument, choice, command, option, optionWith } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { previewOf, recordObject, VALUE_FORMAT } from '../../output/record-json.ts';
import { type Column, table } from '../../output/table.ts';
import { MESSAGE_STATES } from './message-states.ts';
import { stateText } from './state-text.ts';

const PAGE_MESSAGES = 100;

type Peeked = PeekedMessage<unknown>;
type Place = { readonly topic: string; readonly partition: number };
type Filter = { readonly from: number | undefined; readonly state: string | undefined };

export const peek = command({
  name: 'peek',
  about: 'look at messages and their state; changes nothing',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    topic: option('-t, --topic <topic>', 'only this topic'),
    partition: option('--partition <number>', 'only this partition', count(0)),
    from: option('--from <offset>', 'from this offset on (default: from the start)', count(0)),
    max: optionWith('-n, --max <count>', 'at most this many messages', count(1), 10),
    state: choice('--state <state>', 'only messages in this state', MESSAGE_STATES),
    valueFormat: VALUE_FORMAT,
  },
  examples: [
    { line: 'broker-cli queue peek jobs', about: 'the first ten' },
    {
      line: 'broker-cli queue peek jobs --state leased --max 100',
      about: 'what is being worked on',
    },
  ],
  async run(context, values) {
    const { admin } = await context.client();
    const found: Peeked[] = [];
    const filter = { from: values.from, state: values.state };
    for (const place of await placesOf(context, admin, values)) {
      for await (const message of peekAt(context, admin, values.queue, place, filter, values.max)) {
        found.push(message);
        if (found.length === values.max) break;
      }
      if (found.length === values.max) break;
    }
    const messages = found.map(({ message, view }) => ({
      id: message.id,
      ...recordObject(message, values.valueFormat),
      ...view,
    }));
    await context.output.answer({ messages }, async () => peekText(context.output, found));
  },
});

/** Every partition of the queue that was asked for. */
async function placesOf(
  context: Context,
  admin: Admin,
  {
    queue,
    topic,
    partition,
  }: { queue: string; topic: string | undefined; partition: number | undefined },
): Promise<readonly Place[]> {
  const { partitions } = await admin.counters(queue, { signal: context.signal });
  const places = partitions.filter(
    (each) =>
      (topic === undefined || each.topic === topic) &&
      (partition === undefined || each.partition === partition),
  );
  if (places.length === 0) {
    const what =
      topic === undefined ? `partition ${partition ?? ''}` : `topic ${formatText(topic)}`;
    throw new CliError(
      'notFound',
      'UNKNOWN_PARTITION',
      `queue ${formatText(queue)} has no ${what}`,
    );
  }
  return places;
}

/** Messages of a partition that pass the filter, a page at a time, until the end it has now. */
async function* peekAt(
  context: Context,
  admin: Admin,
  group: string,
  { topic, partition }: Place,
  { from, state }: Filter,
  max: number,
): AsyncGenerator<Peeked, void, void> {
  const maxMessages = state === undefined ? Math.min(max, PAGE_MESSAGES) : PAGE_MESSAGES;
  let fromOffset = from;
  for (;;) {
    const page = await admin.peek({
      group,
      topic,
      partition,
      ...(fromOffset === undefined ? {} : { fromOffset }),
      maxMessages,
      signal: context.signal,
    });
    for (const each of page.messages) {
      if (state === undefined || each.view?.state === state) yield each;
    }
    const last = page.messages.at(-1);
    if (last === undefined || last.message.offset + 1 >= page.endOffset) return;
    fromOffset = last.message.offset + 1;
  }
}

async function peekText(output: Output, messages: readonly Peeked[]): Promise<string> {
  const hasError = messages.some(({ view }) => (view?.lastError ?? null) !== null);
  const columns: Column<Peeked>[] = [
    { head: 'TOPIC', cell: ({ message }) => formatText(message.topic) },
    { head: 'PARTITION', align: 'right', cell: ({ message }) => String(message.partition) },
    { head: 'OFFSET', align: 'right', cell: ({ message }) => String(message.offset) },
    { head: 'STATE', cell: ({ view }) => stateText(view) },
    { head: 'DELIVERIES', align: 'right', cell: ({ view }) => String(view?.deliveries ?? 0) },
    { head: 'KEY', cell: ({ message }) => previewOf(message.keyBytes, 30) },
    { head: 'VALUE', cell: ({ message }) => previewOf(message.valueBytes, 60) },
  ];
  if (hasError) {
    columns.push({
      head: 'LAST ERROR',
      cell: ({ view }) => formatText(view?.lastError ?? '-', 60),
    });
  }
  return table(output, columns, messages, 'No such messages.');
}
