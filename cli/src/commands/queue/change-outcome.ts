// What became of messages that an operator decided about: one answer for all, and an error where some were refused.

import type { ChangeOutcome, ChangeResult } from '@millrace/client';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';

/** Refusals shown in the table; --json has all. */
const SHOWN_MAX = 50;

/** Prints the result. Throws the first refusal, which decides the exit code, after the outcomes are printed. */
export async function reportChange(
  context: Context,
  queue: string,
  done: string,
  { changed, refused, outcomes }: ChangeResult,
): Promise<void> {
  const results = outcomes.map((each) => outcomeDocument(each, done));
  const document = { queue, changed, refused, results };
  if (refused === 0) {
    await context.output.done(document, `${formatCountOf(changed, 'message')} ${done}.`);
    return;
  }
  await context.output.answer(document, async () => refusalsText(context, outcomes));
  const first = outcomes.find(({ error }) => error !== null)?.error;
  const { explainError } = await import('../../errors/explain-error.ts');
  const { exit, code, hints } = explainError(first, context.settings.broker);
  const text = `${formatCount(refused)} of ${formatCountOf(changed + refused, 'message')} stay as they are; ${formatCount(changed)} ${done}`;
  throw new CliError(exit, code, text, { hints });
}

function outcomeDocument({ target, error, ...place }: ChangeOutcome, done: string) {
  const where = typeof target === 'string' ? { id: target } : { topic: target.topic };
  return { ...where, ...place, ok: error === null, outcome: error === null ? done : error.code };
}

async function refusalsText(context: Context, outcomes: readonly ChangeOutcome[]): Promise<string> {
  const refused = outcomes.filter(({ error }) => error !== null);
  const rows = refused.slice(0, SHOWN_MAX);
  const text = await table(
    context.output,
    [
      { head: 'MESSAGE', cell: placeText },
      { head: 'MESSAGES', align: 'right', cell: ({ messages }) => formatCount(messages) },
      { head: 'OUTCOME', cell: ({ error }) => error?.code ?? '' },
      { head: 'WHY', cell: ({ error }) => formatText(error?.message ?? '', 80) },
    ],
    rows,
    '',
  );
  const more = refused.length - rows.length;
  return more === 0 ? text : `${text}\nand ${formatCount(more)} more; --json shows all.`;
}

function placeText({ target, partition, firstOffset, lastOffset }: ChangeOutcome): string {
  if (typeof target === 'string') return target;
  const offsets = firstOffset === lastOffset ? `${firstOffset}` : `${firstOffset}-${lastOffset}`;
  return formatText(`${target.topic}/${partition} ${offsets}`);
}
