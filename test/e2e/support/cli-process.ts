// broker-cli as a child process: what it printed and how it ended.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI_BIN = fileURLToPath(new URL('../../../cli/dist/bin.js', import.meta.url));

export interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts it; the caller reads and writes its streams. */
export function startCli(broker: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, MILLRACE_BROKER: broker, NO_COLOR: '1' };
  return spawn(process.execPath, [CLI_BIN, ...args], { env });
}

/** Runs it to its end with this on stdin. */
export async function runCli(broker: string, args: readonly string[], input = ''): Promise<Ran> {
  return endOf(startCli(broker, args), input);
}

export async function endOf(child: ChildProcessWithoutNullStreams, input?: string): Promise<Ran> {
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, out, err };
}
