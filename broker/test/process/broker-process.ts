// Starts the built broker as a process of its own, reads its ready line and waits for its end.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export const isBuilt = existsSync(BIN);

export interface Ready {
  readonly port: number;
  readonly adminPort: number;
  readonly dataDir: string;
  readonly pid: number;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class BrokerProcess {
  readonly child: ChildProcess;
  /** Resolves with the ready line; rejects when the process ends without one. */
  readonly ready: Promise<Ready>;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stderr.on('data', (text) => {
      this.#stderr += String(text);
    });
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#stdout += `${line}\n`;
        if (line.includes('"event":"listening"')) resolve(JSON.parse(line) as Ready);
      });
      void this.ended.then(({ code, stderr }) => reject(new Error(`exit ${code}: ${stderr}`)));
    });
    // Some tests only look at the end.
    this.ready.catch(() => undefined);
  }

  /** Resolves when stdout holds the text. */
  async says(text: string): Promise<void> {
    while (!this.#stdout.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`it ended without saying: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Free ports, whatever else is asked for. */
export function startBroker(dataDir: string, ...args: readonly string[]): BrokerProcess {
  return new BrokerProcess(['--port=0', '--admin-port=0', `--data-dir=${dataDir}`, ...args]);
}
