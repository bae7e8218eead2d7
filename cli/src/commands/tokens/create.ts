// `tokens create`.

import { argument, command, option } from '../../command.ts';
import { EXPIRES_IN, expiresAtMs, expiryText } from '../../input/expiry.ts';
import { formatText } from '../../output/format.ts';
import { keptIn } from '../../output/secret-file.ts';
import { properties } from '../../output/table.ts';

export const create = command({
  name: 'create',
  about: 'create a token of a user; it is shown this once',
  details: 'The broker keeps its hash alone. With --quiet the token is all that is printed.',
  inputs: {
    user: argument('<user>', 'name of the user'),
    label: option('--label <text>', 'what it is for'),
    expiresIn: EXPIRES_IN,
    out: option(
      '--out <file>',
      'write it to a new file that only you may read, and do not print it',
    ),
  },
  examples: [
    { line: 'broker-cli tokens create shop --label checkout --expires-in 90d', about: 'show it' },
    { line: 'broker-cli tokens create shop --out shop.token', about: 'keep it in a file' },
  ],
  async run(context, { user, label, expiresIn, out }) {
    const { security } = (await context.client()).admin;
    const input = { user, label, expiresAtMs: expiresAtMs(expiresIn) };
    const { tokenId, token } = await keptIn(
      out,
      () => security.createToken(input, { signal: context.signal }),
      (made) => made.token,
    );
    const facts = { user, tokenId, label: label ?? null, expiresAtMs: input.expiresAtMs ?? null };
    const document = out === undefined ? { ...facts, token } : { ...facts, file: out };
    await context.output.answer(document, async () => {
      if (context.settings.quiet) return out === undefined ? token : '';
      const about = await properties(context.output, [
        ['token of', formatText(user)],
        ['id', formatText(tokenId)],
        ['expires', expiryText(facts.expiresAtMs)],
        out === undefined ? ['token', token] : ['file', formatText(out)],
      ]);
      const where = out === undefined ? 'It is shown this once' : 'It is in that file alone';
      return `${about}\n${where}: nobody can ask the broker for it again.`;
    });
  },
});
