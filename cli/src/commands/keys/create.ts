// `keys create`.

import { argument, command, option } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { EXPIRES_IN, expiresAtMs, expiryText } from '../../input/expiry.ts';
import { readSecret } from '../../input/secret.ts';
import { formatText } from '../../output/format.ts';
import { keptIn } from '../../output/secret-file.ts';
import { properties } from '../../output/table.ts';

export const create = command({
  name: 'create',
  about: 'create an access key of a user for the Amazon SQS API; its secret is shown this once',
  details:
    'The broker needs --secrets-key-file: it has to know secrets to check signatures, and keeps them encrypted.',
  inputs: {
    user: argument('<user>', 'name of the user'),
    label: option('--label <text>', 'what it is for'),
    expiresIn: EXPIRES_IN,
    id: option('--id <id>', 'take over a key of this id; with --secret-file'),
    secretFile: option('--secret-file <file>', 'its secret; -: the next line of stdin'),
    out: option(
      '--out <file>',
      'write the secret to a new file that only you may read, and do not print it',
    ),
  },
  examples: [
    { line: 'broker-cli keys create shop --label checkout', about: 'a new key' },
    {
      line: 'broker-cli keys create shop --id AKIAEXAMPLE --secret-file old.secret',
      about: 'one that programs have already',
    },
  ],
  async run(context, { user, label, expiresIn, id, secretFile, out }) {
    if ((id === undefined) !== (secretFile === undefined)) {
      throw usage('--id and --secret-file belong together');
    }
    const { terminal, signal } = context;
    const given =
      secretFile === undefined ? undefined : await readSecret(terminal, secretFile, signal);
    const { security } = (await context.client()).admin;
    const until = expiresAtMs(expiresIn);
    const input = { user, accessKeyId: id, secret: given, label, expiresAtMs: until };
    const { accessKeyId, secret } = await keptIn(
      out,
      () => security.createAccessKey(input, { signal }),
      (made) => made.secret,
    );
    const facts = { user, accessKeyId, label: label ?? null, expiresAtMs: until ?? null };
    const document = out === undefined ? { ...facts, secret } : { ...facts, file: out };
    await context.output.answer(document, async () => {
      const about = await properties(context.output, [
        ['access key of', formatText(user)],
        ['id', formatText(accessKeyId)],
        ['expires', expiryText(facts.expiresAtMs)],
        out === undefined ? ['secret', formatText(secret)] : ['file', formatText(out)],
      ]);
      const where = out === undefined ? 'The secret is shown this once' : 'It is in that file';
      return `${about}\n${where}: no command shows it again.`;
    });
  },
});
