// Runs the Python programs beside the test: whether there is a Python, one run to its end, one that goes on.

import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../python/', import.meta.url));
const RUN_MS_MAX = 25_000;

/** Why the Python programs cannot run here; undefined where they can. */
export const PYTHON_LACK: string | undefined = findLack();

function findLack(): string | undefined {
  const question = 'import sys; print(sys.version_info >= (3, 10))';
  try {
    const isNewEnough = execFileSync('python3', ['-c', question], { stdio: 'pipe' });
    return isNewEnough.toString().trim() === 'True' ? undefined : 'python3 is older than 3.10';
  } catch {
    return 'there is no python3';
  }
}

/** What the program printed, complaints included, and its exit status: null where it was ended for taking too long. */
export async function runPython(
  program: string,
  ...args: string[]
): Promise<{ printed: string; status: number | null }> {
  const child = spawn('python3', ['-B', program, ...args], {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS_MAX,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { printed, status };
}

/** A program that goes on, its JSON lines as they come. */
export class PythonProcess {
  readonly lines: unknown[] = [];
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;

  constructor(program: string, ...args: string[]) {
    this.child = spawn('python3', ['-B', program, ...args], {
      cwd: FOLDER,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once('close', resolve);
      this.child.once('error', reject);
    });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
    });
  }

  send(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
