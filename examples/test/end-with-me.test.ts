// One Ctrl+C may come twice. The second comes here where it does most harm: when the first has begun to end the program.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { TemporaryDirectory } from '@millrace/harness';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const support = (file: string) => new URL(`../dist/support/${file}.js`, import.meta.url).href;

const PROGRAM = `
  import '${support('end-with-me')}';
  import { temporaryFolder } from '${support('temporary-folder')}';
  const [, signal] = process.argv;
  process.once('exit', () => process.kill(process.pid, signal));
  temporaryFolder('told-twice');
  process.kill(process.pid, signal);
  setInterval(() => {}, 1_000);
`;

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s twice leaves no folder behind', async (signal) => {
  const temporary = new TemporaryDirectory('millrace-told-');
  const args = ['--input-type=module', '--eval', PROGRAM, signal];
  const env = { ...process.env, TMPDIR: temporary.path };
  try {
    await expect(run(process.execPath, args, { env })).rejects.toMatchObject({
      code: 1,
      signal: null,
    });
    expect(readdirSync(temporary.path)).toEqual([]);
  } finally {
    temporary.remove();
  }
});
