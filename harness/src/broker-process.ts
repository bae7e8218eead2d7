// A real broker in a process of its own: the built binary, started on free ports, killed and started again at will.
// It speaks no protocol: what it knows of the broker is its command line and the one line it prints when it listens.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const BINARY = fileURLToPath(new URL('../../broker/dist/bin.js', import.meta.url));
const START_MS_MAX = 30_000;

export interface BrokerProcessOptions {
  readonly dataDir: string;
  /** Further flags, as on the command line. */
  readonly flags?: readonly string[];
  /** Options of node itself, for instance `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
  /** Another command to run the broker under, for instance `strace`; its last argument is followed by node's. */
  readonly wrapper?: readonly string[];
}

export interface BrokerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Listening {
  readonly port: number;
  readonly adminPort: number;
  /** Of the broker itself, also under a wrapper. */
  readonly pid: number;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

export class BrokerProcess {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Resolves when the process is gone. */
  readonly exited: Promise<BrokerExit>;
  readonly #child: Child;

  private constructor(
    child: Child,
    listening: Listening,
    exited: Promise<BrokerExit>,
    dataDir: string,
  ) {
    this.#child = child;
    this.exited = exited;
    this.dataDir = dataDir;
    this.port = listening.port;
    this.adminPort = listening.adminPort;
    this.pid = listening.pid;
  }

  /** Starts a broker and waits until it answers requests. Rejects with what it printed if it does not. */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const { dataDir, flags = [], nodeFlags = [], wrapper = [] } = options;
    const base = [
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--log-format',
      'json',
    ];
    const command = [
      ...wrapper,
      process.execPath,
      ...nodeFlags,
      BINARY,
      ...base,
      '--data-dir',
      dataDir,
      ...flags,
    ];
    const [program = process.execPath, ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const atExit = () => child.kill('SIGKILL');
    process.once('exit', atExit);
    const exited = new Promise<BrokerExit>((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('exit', (code, signal) => {
        process.removeListener('exit', atExit);
        resolve({ code, signal });
      });
    });
    const listening = await untilListening(child, exited);
    return new BrokerProcess(child, listening, exited, dataDir);
  }

  /** `host:port` as clients take it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.adminPort}`;
  }

  /** Resident memory of the process now, bytes. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
  }

  /** Sends a signal to the broker and waits until it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<BrokerExit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(this.pid, signal);
    return this.exited;
  }
}

/** Reads standard output until the line that says where the broker listens; then lets the rest flow away. */
async function untilListening(child: Child, exited: Promise<BrokerExit>): Promise<Listening> {
  const printed: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Listening>((resolve, reject) => {
      lines.on('line', (line) => {
        const fields = parseLine(line);
        if (fields?.event === 'listening') resolve(fields);
        else printed.push(`${line}\n`);
      });
      const fail = (what: string) => reject(new Error(`the broker ${what}\n${printed.join('')}`));
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

function parseLine(line: string): (Listening & { event?: string }) | undefined {
  try {
    return JSON.parse(line) as Listening & { event?: string };
  } catch {
    return undefined;
  }
}
