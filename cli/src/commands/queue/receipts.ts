// The receipts a command is about: from its arguments, and from stdin where one of them is `-`.

import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { readLines } from '../../input/lines.ts';

const RECEIPT_BYTES_MAX = 200;

export async function readReceipts(
  context: Context,
  given: readonly string[],
): Promise<readonly string[]> {
  const receipts: string[] = [];
  for (const each of given) {
    if (each === '-') receipts.push(...(await receiptsFromStdin(context)));
    else receipts.push(each);
  }
  if (receipts.length === 0) throw usage('no receipts on stdin');
  return receipts;
}

async function receiptsFromStdin(context: Context): Promise<readonly string[]> {
  const { stdin } = context.terminal;
  const found: string[] = [];
  for await (const { lines } of readLines(stdin, RECEIPT_BYTES_MAX, context.signal)) {
    for (const line of lines) {
      const text = line.toString('utf8').trim();
      if (text !== '') found.push(text);
    }
  }
  return found;
}
