// Asks before something is destroyed: on a terminal a question, elsewhere --yes is required.

import { flag } from './command.ts';
import type { Context } from './context.ts';
import { CliError, usage } from './errors/cli-error.ts';

export const YES = flag('-y, --yes', 'do not ask');

/** Returns once the user agreed; `what` says what is lost: `delete topic flights with 3,376 records`. */
export async function confirm(context: Context, yes: boolean, what: string): Promise<void> {
  if (yes) return;
  const { stdin, stderr } = context.terminal;
  if (context.settings.json || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw usage(`this would ${what}: say --yes, for nobody can be asked here`);
  }
  const question = `${what.charAt(0).toUpperCase()}${what.slice(1)}?`;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const closed = new Promise<undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
    });
    const asked = lines.question(`${question} [y/N] `, { signal: context.signal });
    const answer = await Promise.race([asked, closed]);
    if (/^y(?:es)?$/i.test(answer?.trim() ?? '')) return;
    // Ctrl-C and Ctrl-D leave the cursor behind the question.
    if (answer === undefined) stderr.write('\n');
  } finally {
    lines.close();
  }
  throw new CliError('interrupted', 'NOT_CONFIRMED', 'not confirmed: nothing was changed');
}
