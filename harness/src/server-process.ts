// A program of this repository as a child process: started, waited for until it says where it listens, ended by signals.
// It knows of the program its file, its flags and that one line.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TIED_NODE_FLAGS } from './tied.ts';

const START_MS_MAX = 60_000;
const LOG_AS_JSON = ['--log-format', 'json'];

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerCommand {
  /** For complaints: `the broker`. */
  readonly what: string;
  /** From this repository's root: `broker/dist/bin.js`. */
  readonly binary: string;
  readonly flags: readonly string[];
  /** Options of node itself. */
  readonly nodeFlags?: readonly string[] | undefined;
  /** Another command to run it under; its last argument is followed by node's. */
  readonly wrapper?: readonly string[] | undefined;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Of these variables, the one that is no option of a server: the bug that a proof plants in it. */
const PLANT = 'MILLRACE_PLANT';

export class ServerProcess<Listening extends { readonly pid: number }> {
  readonly listening: Listening;
  /** Resolves when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  readonly #child: Child;

  private constructor(child: Child, listening: Listening, exited: Promise<ProcessExit>) {
    this.#child = child;
    this.listening = listening;
    this.exited = exited;
  }

  /** Rejects with what it printed if it does not come up. */
  static async start<L extends { readonly pid: number }>(
    command: ServerCommand,
  ): Promise<ServerProcess<L>> {
    const { what, binary, flags, nodeFlags = [], wrapper = [] } = command;
    const file = fileURLToPath(new URL(`../../${binary}`, import.meta.url));
    const node = [process.execPath, ...TIED_NODE_FLAGS, ...nodeFlags];
    const line = [...wrapper, ...node, file, ...LOG_AS_JSON, ...flags];
    const [program = process.execPath, ...args] = line;
    const child = spawn(program, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
    const atExit = () => child.kill('SIGKILL');
    // Ahead of the directory it writes to, which goes then too.
    process.prependOnceListener('exit', atExit);
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('exit', (code, signal) => {
        process.removeListener('exit', atExit);
        resolve({ code, signal });
      });
    });
    return new ServerProcess(child, await untilListening<L>(what, child, exited), exited);
  }

  /** Resident memory of the process now, bytes. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.listening.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
  }

  /** Sends a signal to the program and waits until it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<ProcessExit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(this.listening.pid, signal);
    return this.exited;
  }
}

/** Its flags alone say what it is: whoever starts it may have the options of another server in the environment. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === PLANT || !name.startsWith('MILLRACE_'),
  );
  return Object.fromEntries(kept);
}

/** Reads standard output until the line that says where the program listens; then lets the rest flow away. */
async function untilListening<L>(
  what: string,
  child: Child,
  exited: Promise<ProcessExit>,
): Promise<L> {
  const printed: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<L>((resolve, reject) => {
      lines.on('line', (line) => {
        const fields = parseLine(line);
        if (fields?.event === 'listening') resolve(fields as L);
        else printed.push(`${line}\n`);
      });
      const fail = (how: string) => reject(new Error(`${what} ${how}\n${printed.join('')}`));
      void exited.then(({ code, signal }) =>
        fail(`ended before it listened (${code ?? signal ?? 'not started'})`),
      );
      timer = setTimeout(() => fail('did not start in time'), START_MS_MAX);
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
    lines.close();
    child.stdout.resume();
  }
}

function parseLine(line: string): { event?: string } | undefined {
  try {
    return JSON.parse(line) as { event?: string };
  } catch {
    return undefined;
  }
}
