// `queue ack`, `release`, `reject`, `extend` and `return`: five verbs of one request, told apart by a table.

import type { AckKind, ReceiptAck, ReceiptOutcome } from '@millrace/client';
import { argument, type Command, command, type Example, option, variadic } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { parseDuration } from '../../input/duration.ts';
import { formatCountOf, formatText, formatTime } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { readReceipts } from './receipts.ts';

const TARGET = {
  queue: argument('<queue>', 'name of the queue'),
  receipts: variadic(
    '<receipts...>',
    'receipts that `queue receive` gave; - reads them from stdin',
  ),
};

const ERROR_TEXT = option('--error <text>', 'why it failed, kept with the message (at most 1 KiB)');

type Ack = Omit<ReceiptAck, 'receipt' | 'result'> & { readonly result?: Uint8Array | undefined };
type Target = { readonly queue: string; readonly receipts: readonly string[] };

function example(verb: string, rest: string, about: string): readonly Example[] {
  return [{ line: `broker-cli queue ${verb} jobs r1.3.0.-.17.17.42${rest}`, about }];
}

export const ack = command({
  name: 'ack',
  about: 'finish messages: they are done',
  details:
    'A result is kept for as long as the queue says (--result-ttl); `queue message` shows it.',
  inputs: {
    ...TARGET,
    result: option(
      '--result <value>',
      'what came of it: JSON as it is written, other text as a JSON string',
      parseResult,
    ),
  },
  examples: [
    ...example('ack', '', 'one message'),
    ...example('ack', ' --result \'{"sum":42}\'', 'with what came of it'),
    {
      line: 'broker-cli queue ack jobs - < receipts.txt',
      about: 'receipts from a file, one a line',
    },
  ],
  run: async (context, { result, ...target }) =>
    acknowledge(context, target, { kind: 'accept', ...(result === undefined ? {} : { result }) }),
});

export const release = command({
  name: 'release',
  about: 'give messages back as failed: they come again after a pause',
  inputs: {
    ...TARGET,
    delay: option('--delay <duration>', 'the pause (default: as the queue says)', parseDuration),
    error: ERROR_TEXT,
  },
  examples: example('release', ' --delay 30s --error "no route"', 'again in 30 seconds'),
  run: async (context, { delay, error, ...target }) =>
    acknowledge(context, target, { kind: 'release', ...delayed(delay), ...failed(error) }),
});

export const reject = command({
  name: 'reject',
  about: 'declare messages dead: they go to the dead-letter topic now',
  inputs: { ...TARGET, error: ERROR_TEXT },
  examples: example('reject', ' --error "not a job"', 'dead now'),
  run: async (context, { error, ...target }) =>
    acknowledge(context, target, { kind: 'reject', ...failed(error) }),
});

export const extend = command({
  name: 'extend',
  about: 'keep leases for longer',
  inputs: {
    ...TARGET,
    by: option('--for <duration>', 'from now on (default: as the queue says)', parseDuration),
  },
  examples: example('extend', ' --for 5m', 'five more minutes from now'),
  run: async (context, { by, ...target }) =>
    acknowledge(context, target, { kind: 'extend', ...delayed(by) }),
});

export const giveBack = command({
  name: 'return',
  about: 'give messages back unworked: the delivery does not count',
  inputs: TARGET,
  examples: example('return', '', 'as if it had not been received'),
  run: async (context, target) => acknowledge(context, target, { kind: 'return' }),
});

export const ACKNOWLEDGE_COMMANDS: readonly Command[] = [ack, release, reject, extend, giveBack];

/** Bytes that a reader of JSON understands, whatever was written. */
export function parseResult(text: string): Uint8Array {
  try {
    JSON.parse(text);
    return Buffer.from(text);
  } catch {
    return Buffer.from(JSON.stringify(text));
  }
}

const DONE: { readonly [K in AckKind]: string } = {
  accept: 'acknowledged',
  release: 'released',
  reject: 'rejected',
  extend: 'extended',
  return: 'returned',
};

function delayed(delayMs: number | undefined) {
  return delayMs === undefined ? {} : { delayMs };
}

function failed(error: string | undefined) {
  return error === undefined ? {} : { error };
}

async function acknowledge(context: Context, target: Target, what: Ack): Promise<undefined> {
  const receipts = await readReceipts(context, target.receipts);
  const client = await context.client();
  const { codecs } = await import('@millrace/client');
  const outcomes = await client
    .queue(target.queue, { resultCodec: codecs.bytes })
    .acknowledge(receipts.map((receipt) => ({ receipt, ...what })));
  const refused = outcomes.filter(({ ok }) => !ok);
  const results = outcomes.map(({ receipt, ok, error, deadlineMs }) => ({
    receipt,
    outcome: error === null ? DONE[what.kind] : error.code,
    ok,
    ...(deadlineMs === null ? {} : { deadlineMs }),
  }));
  if (refused.length > 0) {
    await context.output.answer({ results }, async () => outcomesText(context, outcomes, what));
    throw await refusal(context, refused, outcomes.length);
  }
  await context.output.done({ results }, doneText(outcomes, what));
}

function doneText(outcomes: readonly ReceiptOutcome[], { kind }: Ack): string {
  const what = formatCountOf(outcomes.length, 'message');
  const deadlines = outcomes.flatMap(({ deadlineMs }) => (deadlineMs === null ? [] : [deadlineMs]));
  const until = deadlines.length > 0 ? ` until ${formatTime(Math.min(...deadlines))}` : '';
  return `${what} ${DONE[kind]}${until}.`;
}

async function outcomesText(
  context: Context,
  outcomes: readonly ReceiptOutcome[],
  { kind }: Ack,
): Promise<string> {
  return table(
    context.output,
    [
      { head: 'RECEIPT', cell: ({ receipt }) => formatText(receipt) },
      { head: 'OUTCOME', cell: ({ error }) => error?.code ?? DONE[kind] },
      { head: 'WHY', cell: ({ error }) => (error === null ? '' : formatText(error.message, 80)) },
    ],
    outcomes,
    'No receipts.',
  );
}

/** The first refusal decides the exit code. */
async function refusal(
  context: Context,
  refused: readonly ReceiptOutcome[],
  all: number,
): Promise<CliError> {
  const first = refused[0]?.error;
  const { explainError } = await import('../../errors/explain-error.ts');
  const { exit, code, hints } = explainError(first, context.settings.broker);
  return new CliError(exit, code, `${refused.length} of ${all} receipts had no effect`, { hints });
}
