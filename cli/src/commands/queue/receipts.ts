// The receipts or ids a command is about: from its arguments, and from stdin where one of them is `-`.

import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { readLines } from '../../input/lines.ts';

const WORD_BYTES_MAX = 200;

export async function readReceipts(
  context: Context,
  given: readonly string[],
): Promise<readonly string[]> {
  const receipts = await readWords(context, given);
  if (receipts.length === 0) throw usage('no receipts on stdin');
  return receipts;
}

export async function readWords(
  context: Context,
  given: readonly string[],
): Promise<readonly string[]> {
  const words: string[] = [];
  for (const each of given) {
    if (each === '-') words.push(...(await wordsFromStdin(context)));
    else words.push(each);
  }
  return words;
}

async function wordsFromStdin(context: Context): Promise<readonly string[]> {
  const { stdin } = context.terminal;
  const found: string[] = [];
  for await (const { lines } of readLines(stdin, WORD_BYTES_MAX, context.signal)) {
    for (const line of lines) {
      const text = line.toString('utf8').trim();
      if (text !== '') found.push(text);
    }
  }
  return found;
}
