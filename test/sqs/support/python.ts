// The environment of Python that test/sqs/python/install.sh makes: whether it is there, and programs run in it.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('../python/', import.meta.url));
const BIN = `${FOLDER}.venv/bin`;

/** Why its programs cannot run here; undefined where they can. */
export const PYTHON_LACK: string | undefined = existsSync(`${FOLDER}.venv/installed.sha256`)
  ? undefined
  : 'there is no environment: test/sqs/python/install.sh makes it';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'eu-central-1',
};

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** `query`: with the botocore that speaks the query protocol. */
export type Botocore = 'json' | 'query';

export interface InPython {
  readonly botocore?: Botocore;
  readonly env?: Readonly<Record<string, string>>;
}

export function startInPython(
  command: string,
  args: readonly string[],
  { botocore = 'json', env = {} }: InPython = {},
): ChildProcess {
  const older = botocore === 'query' ? { PYTHONPATH: `${FOLDER}.venv/query` } : {};
  return spawn(command, args, {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...CREDENTIALS,
      PATH: `${BIN}:${process.env['PATH'] ?? ''}`,
      PYTHONDONTWRITEBYTECODE: '1',
      ...older,
      ...env,
    },
  });
}

/** Runs it to its end. */
export function runInPython(
  command: string,
  args: readonly string[],
  how: InPython = {},
): Promise<Ran> {
  const child = startInPython(command, args, how);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out: texts.stdout, err: texts.stderr }));
  });
}
