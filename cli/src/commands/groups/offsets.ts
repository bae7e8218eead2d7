// `groups offsets`: what a consumer group has committed, also as a file that `groups reset --from-file` takes.

import { open } from 'node:fs/promises';
import { argument, command, flag, option } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { formatCount, formatCountOf, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';

export const offsets = command({
  name: 'offsets',
  about: 'show what a consumer group has committed, or write it to a file',
  inputs: {
    group: argument('<group>', 'name of the group'),
    file: option(
      '--export <file>',
      'write the offsets to this file, for `groups reset --from-file`',
    ),
    force: flag('--force', 'write over a file that exists'),
  },
  examples: [
    { line: 'broker-cli groups offsets reports', about: 'as a table' },
    { line: 'broker-cli groups offsets reports --export reports.json', about: 'to come back to' },
  ],
  async run(context, { group, file, force }) {
    const { admin } = await context.client();
    // Also says that there is no such group.
    await admin.describeGroup(group, { signal: context.signal });
    const committed = await admin.groupOffsets(group, { signal: context.signal });
    const document = { group, offsets: committed };
    if (file !== undefined) {
      await save(file, `${JSON.stringify(document, null, 2)}\n`, force);
      const what = formatCountOf(committed.length, 'offset');
      await context.output.done({ ...document, file }, `Wrote ${what} to ${formatText(file)}.`);
      return;
    }
    await context.output.answer(document, async () =>
      table(
        context.output,
        [
          { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
          { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
          { head: 'OFFSET', align: 'right', cell: ({ offset }) => formatCount(offset) },
          { head: 'METADATA', cell: ({ metadata }) => formatText(metadata ?? '', 60) },
        ],
        committed,
        'No offsets.',
      ),
    );
  },
});

async function save(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    const file = await open(path, overwrite ? 'w' : 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const isThere = code === 'EEXIST';
    const hints = isThere ? ['--force writes over it.'] : [];
    const message = isThere ? `${path} exists` : `cannot write ${path}: ${code}`;
    const exit = isThere ? 'conflict' : code === 'ENOENT' ? 'notFound' : 'failed';
    throw new CliError(exit, code, message, { hints, cause: error });
  }
}
