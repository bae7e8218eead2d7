// The new password of a user: from a file, from stdin, or typed twice on a terminal.

import { option } from '../../command.ts';
import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { askSecret, readSecret } from '../../input/secret.ts';

export const NEW_PASSWORD_FILE = option(
  '--new-password-file <file>',
  'the new password is in this file; -: the next line of stdin (default: asked for)',
);

export async function newPassword(
  { terminal, signal }: Context,
  user: string,
  file: string | undefined,
): Promise<string> {
  if (file !== undefined) return readSecret(terminal, file, signal);
  const { stdin, stderr } = terminal;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw usage('nobody can be asked here for the new password: name a file, --new-password-file');
  }
  const password = await askSecret(terminal, `New password of ${user}`, signal);
  if ((await askSecret(terminal, 'The same again', signal)) === password) return password;
  throw usage('the two are not the same: nothing was changed');
}
