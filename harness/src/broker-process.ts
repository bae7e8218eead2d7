// A real broker in a process of its own: the built binary, started on free ports, killed and started again at will.
// It speaks no protocol: what it knows of the broker is its command line and the one line it prints when it listens.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessExit, ServerProcess } from './server-process.ts';

export interface BrokerProcessOptions {
  readonly dataDir: string;
  /** Further flags, as on the command line. */
  readonly flags?: readonly string[];
  /** Options of node itself, for instance `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
  /** Another command to run the broker under, for instance `strace`; its last argument is followed by node's. */
  readonly wrapper?: readonly string[];
}

export type BrokerExit = ProcessExit;

interface Listening {
  readonly port: number;
  readonly adminPort: number;
  /** Of the broker itself, also under a wrapper. */
  readonly pid: number;
}

export const LOOPBACK_FLAGS = ['--host', '127.0.0.1', '--port', '0', '--admin-port', '0'];

export class BrokerProcess {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Resolves when the process is gone. */
  readonly exited: Promise<BrokerExit>;
  readonly #process: ServerProcess<Listening>;

  private constructor(process: ServerProcess<Listening>, dataDir: string) {
    this.#process = process;
    this.exited = process.exited;
    this.dataDir = dataDir;
    this.port = process.listening.port;
    this.adminPort = process.listening.adminPort;
    this.pid = process.listening.pid;
  }

  /** Starts a broker and waits until it answers requests. Rejects with what it printed if it does not. */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const { dataDir, flags = [], nodeFlags, wrapper } = options;
    const process = await ServerProcess.start<Listening>({
      what: 'the broker',
      binary: 'broker/dist/bin.js',
      flags: [...LOOPBACK_FLAGS, '--data-dir', dataDir, ...flags],
      nodeFlags,
      wrapper,
    });
    return new BrokerProcess(process, dataDir);
  }

  /** `host:port` as clients take it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.adminPort}`;
  }

  /** Of the built-in administrator, where the broker asks who its clients are. */
  async adminToken(): Promise<string> {
    return (await readFile(join(this.dataDir, 'admin.token'), 'utf8')).trim();
  }

  /** Resident memory of the process now, bytes. */
  residentBytes(): Promise<number> {
    return this.#process.residentBytes();
  }

  /** Sends a signal to the broker and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<BrokerExit> {
    return this.#process.end(signal);
  }
}
