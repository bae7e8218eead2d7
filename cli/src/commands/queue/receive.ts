// `queue receive`: leases messages and prints them with their receipts. Nothing acknowledges them but --accept.

import type { LeasedMessage, Queue, ReceiveOptions } from '@millrace/client';
import { argument, command, flag, option, optionWith, repeated } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { parseDuration } from '../../input/duration.ts';
import { formatDuration, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { previewOf, recordObject, VALUE_FORMAT } from '../../output/record-json.ts';
import { type Column, table } from '../../output/table.ts';

const TOPICS_MAX = 32;
const POLL_MS_MAX = 20_000;
const EMPTY_HINT = 'Wait for one with --wait 20s; `broker-cli queue stats` shows what there is.';

export const receive = command({
  name: 'receive',
  about: 'lease messages and print them with their receipts',
  details:
    'A message comes again when its lease ends, unless `queue ack QUEUE RECEIPT` finished it before, or --accept did.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    topics: repeated(
      '-t, --topic <topic>',
      'take from this topic only; several: in strict order of priority',
    ),
    max: optionWith('-n, --max <count>', 'at most this many messages', count(1, 1_000), 1),
    wait: optionWith(
      '-w, --wait <duration>',
      'wait for a message for this long',
      parseDuration,
      0,
      '0s',
    ),
    visibility: option(
      '--visibility <duration>',
      'how long the leases last (default: as the queue says)',
      parseDuration,
    ),
    accept: flag('--accept', 'acknowledge the messages once they are printed'),
    member: option('--member <id>', 'the name to lease under (default broker-cli-PID)'),
    valueFormat: VALUE_FORMAT,
    failIfEmpty: flag('--fail-if-empty', 'exit with 6 where there was no message'),
  },
  examples: [
    { line: 'broker-cli queue receive jobs --max 10 --wait 5s', about: 'up to ten messages' },
    {
      line: "broker-cli queue receive jobs --json | jq -r '.messages[].receipt' | broker-cli queue ack jobs -",
      about: 'in a pipe',
    },
  ],
  async run(context, values) {
    const client = await context.client();
    const queue = client.queue(values.queue);
    const topics =
      values.topics.length > 0
        ? values.topics
        : (await client.admin.describeShareGroup(values.queue, { signal: context.signal })).topics
            .map(({ topic }) => topic)
            .slice(0, TOPICS_MAX);
    const messages = await receiveWithin(queue, values.wait, {
      topics,
      maxMessages: values.max,
      ...(values.visibility === undefined ? {} : { visibilityTimeoutMs: values.visibility }),
      memberId: values.member ?? `broker-cli-${process.pid}`,
      signal: context.signal,
    });
    const documents = messages.map((message) => ({
      receipt: message.receipt,
      id: message.id,
      ...recordObject(message, values.valueFormat),
      deliveries: message.deliveries,
      firstDeliveredAtMs: message.firstDeliveredAtMs,
      deadlineMs: message.deadlineMs,
      ...(message.tenant === undefined ? {} : { tenant: message.tenant }),
      ...(message.maxDeliveries === undefined ? {} : { maxDeliveries: message.maxDeliveries }),
    }));
    const isFailure = messages.length === 0 && values.failIfEmpty;
    await context.output.answer({ messages: documents }, async () =>
      isFailure ? '' : messagesText(context.output, messages),
    );
    if (values.accept) for (const message of messages) await message.accept();
    if (isFailure) {
      throw new CliError(
        'timeout',
        'EMPTY',
        `queue ${formatText(values.queue)} has no message now`,
        { hints: [EMPTY_HINT] },
      );
    }
  },
});

/** As many long polls as the wait takes. */
async function receiveWithin(
  queue: Queue<unknown>,
  waitMs: number,
  options: ReceiveOptions,
): Promise<LeasedMessage<unknown>[]> {
  const endsAt = performance.now() + waitMs;
  for (;;) {
    const leftMs = Math.max(0, Math.round(endsAt - performance.now()));
    const maxWaitMs = Math.min(leftMs, POLL_MS_MAX);
    const messages = await queue.receive({ ...options, maxWaitMs });
    if (messages.length > 0 || leftMs <= POLL_MS_MAX) return messages;
  }
}

async function messagesText(
  output: Output,
  messages: readonly LeasedMessage<unknown>[],
): Promise<string> {
  const hasTenants = messages.some(({ tenant }) => tenant !== undefined);
  const tenant: Column<LeasedMessage<unknown>> = {
    head: 'TENANT',
    cell: (message) => formatText(message.tenant ?? '-', 30),
  };
  return table(
    output,
    [
      { head: 'RECEIPT', cell: ({ receipt }) => receipt },
      { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
      { head: 'OFFSET', align: 'right', cell: ({ offset }) => String(offset) },
      { head: 'DELIVERY', align: 'right', cell: ({ deliveries }) => String(deliveries) },
      {
        head: 'LEASED FOR',
        align: 'right',
        cell: ({ deadlineMs }) => formatDuration(Math.max(0, deadlineMs - Date.now())),
      },
      ...(hasTenants ? [tenant] : []),
      { head: 'KEY', cell: ({ keyBytes }) => previewOf(keyBytes, 30) },
      { head: 'VALUE', cell: ({ valueBytes }) => previewOf(valueBytes, 60) },
    ],
    messages,
    `No message now. ${EMPTY_HINT}`,
  );
}
