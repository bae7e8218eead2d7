// docs/guide/sqs.md works as written: its programs are run one after the other against one server, each in its language,
// and what they print is compared. Only the port is another.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { PYTHON_LACK, type Ran, runInPython } from './support/python.ts';
import { sharedServer } from './support/server.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const GUIDE = fileURLToPath(new URL('../../docs/guide/sqs.md', import.meta.url));
/** Programs find the SDK and sqs-consumer from here. */
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const WRITTEN = '127.0.0.1:7651';

const blocks = [
  ...readFileSync(GUIDE, 'utf8').matchAll(
    /```(js|python|sh)\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g,
  ),
].map(([, language = '', program = '', printed = '']) => ({ language, program, printed }));

const { endpoint } = sharedServer();

test('it has programs in each language, and no program without what it prints', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['js', 'js', 'python', 'sh', 'python']);
  expect(readFileSync(GUIDE, 'utf8').match(/^```(?:js|python|sh)$/gm)?.length).toBe(blocks.length);
});

function runJs(program: string): Promise<Ran> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: FOLDER });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, out, err })));
}

const RUN: Readonly<Record<string, (program: string) => Promise<Ran>>> = {
  js: runJs,
  python: (program) => runInPython('python', ['-c', program]),
  sh: (program) => runInPython('bash', ['-euo', 'pipefail', '-c', program]),
};

test.for(blocks.map((block, at) => [at + 1, block] as const))(
  'program %i',
  async ([, { language, program, printed }], { skip }) => {
    if (language !== 'js' && PYTHON_LACK !== undefined) skip(PYTHON_LACK);
    const { host } = new URL(endpoint);
    const { status, out, err } = (await RUN[language]?.(program.replaceAll(WRITTEN, host))) ?? {};
    const wanted = { out: printed.replaceAll(WRITTEN, host), status: 0 };
    expect({ out, status, ...(status !== 0 && { err }) }).toEqual(wanted);
  },
);
