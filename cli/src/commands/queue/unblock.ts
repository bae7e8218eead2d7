// `queue unblock`: what becomes of blocked keys.

import type { Admin, ChangeResult } from '@millrace/client';
import { argument, command, flag, option, repeated } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import type { Context } from '../../context.ts';
import { CliError, usage } from '../../errors/cli-error.ts';
import { formatCountOf, formatText } from '../../output/format.ts';
import { type BlockedKey, blockedKeys } from './blocked-keys.ts';
import { CANCEL, DEAD_LETTER, endingText } from './change.ts';
import { reportChange } from './change-outcome.ts';

export const unblock = command({
  name: 'unblock',
  about: 'let blocked keys go on: try again, skip what failed, or dead-letter it',
  details:
    'Without --skip or --dead-letter the blocked messages are ready again, with their deliveries counted anew.\n' +
    '`queue blocked` lists them. One message by its id: `queue retry`, `queue cancel`, `queue dead-letter`.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    keys: repeated('-k, --key <text>', 'this key (repeatable)'),
    all: flag('--all', 'all that is blocked, also without a key'),
    topic: option('-t, --topic <topic>', 'only this topic'),
    skip: flag('--skip', 'cancel them: dead, without a copy'),
    deadLetter: flag('--dead-letter', 'move them to the dead-letter topic'),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli queue unblock payments --key alice', about: 'try again' },
    { line: 'broker-cli queue unblock payments --key alice --skip', about: 'go on without it' },
    { line: 'broker-cli queue unblock payments --all --dead-letter', about: 'asks first' },
  ],
  async run(context, { queue, keys, all, topic, skip, deadLetter, yes }) {
    if (all === keys.length > 0) throw usage('say which: --key alice, or --all');
    if (skip && deadLetter) throw usage('--skip and --dead-letter exclude each other');
    const { admin } = await context.client();
    const blocked = await blockedKeys(admin, queue, { topic, signal: context.signal });
    const found = all ? blocked : namedKeys(queue, blocked, keys);
    const ids = found.flatMap(({ messages }) => messages.map(({ id }) => id));
    if (ids.length === 0) {
      const document = { queue, changed: 0, refused: 0, results: [] };
      await context.output.done(document, 'Nothing is blocked.');
      return;
    }
    const ending = skip ? CANCEL : deadLetter ? DEAD_LETTER : undefined;
    if (ending !== undefined) {
      const stopped = formatCountOf(found.length, 'blocked key');
      const what = endingText(ending, ids.length, queue);
      await confirm(context, yes, `${what}; ${stopped} would go on`);
    }
    const result = await carryOut(context, admin, queue, ids, ending?.method ?? 'retryMessages');
    await reportChange(context, queue, ending?.done ?? 'retried', result);
  },
});

function carryOut(
  { signal }: Context,
  admin: Admin,
  queue: string,
  ids: readonly string[],
  method: 'retryMessages' | 'cancelMessages' | 'deadLetterMessages',
): Promise<ChangeResult> {
  return admin[method](queue, ids, { signal });
}

/** Every key that is named has to be blocked: a misspelt one must not pass for done. */
function namedKeys(
  queue: string,
  blocked: readonly BlockedKey[],
  keys: readonly string[],
): readonly BlockedKey[] {
  const known = new Set(blocked.map(({ key }) => key));
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length > 0) {
    const named = unknown.map((key) => formatText(key)).join(', ');
    const message = `not blocked in queue ${formatText(queue)}: ${named}`;
    const hints = ['`broker-cli queue blocked` shows what is.'];
    throw new CliError('notFound', 'KEY_NOT_BLOCKED', message, { hints });
  }
  return blocked.filter(({ key }) => key !== null && keys.includes(key));
}
