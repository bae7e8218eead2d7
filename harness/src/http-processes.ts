// The two programs that serve HTTP, as child processes on free ports: `millrace`, broker and gateway in one, and
// `millrace-gateway`, a gateway alone. They speak no protocol.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOPBACK_FLAGS } from './broker-process.ts';
import { type ProcessExit, ServerProcess } from './server-process.ts';

export interface MillraceProcessOptions {
  readonly dataDir: string;
  /** Further flags, as on the command line. */
  readonly flags?: readonly string[];
  /** Options of node itself. */
  readonly nodeFlags?: readonly string[];
}

export interface GatewayProcessOptions {
  /** `host:port` of the broker. */
  readonly broker: string;
  readonly flags?: readonly string[];
  /** Options of node itself. */
  readonly nodeFlags?: readonly string[];
}

interface Listening {
  readonly httpPort: number;
  readonly pid: number;
}

const HTTP_FLAGS = ['--http-host', '127.0.0.1', '--http-port', '0'];

export class GatewayProcess {
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  readonly #process: ServerProcess<Listening>;

  protected constructor(process: ServerProcess<Listening>) {
    this.#process = process;
    this.pid = process.listening.pid;
    this.exited = process.exited;
  }

  /** Starts a gateway and waits until it answers requests. Rejects with what it printed if it does not. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const { broker, flags = [], nodeFlags } = options;
    const process = await ServerProcess.start<Listening>({
      what: 'the gateway',
      binary: 'gateway/dist/bin.js',
      flags: [...HTTP_FLAGS, '--broker', broker, ...flags],
      nodeFlags,
    });
    return new GatewayProcess(process);
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#process.listening.httpPort}`;
  }

  /** Resident memory of the process now, bytes. */
  residentBytes(): Promise<number> {
    return this.#process.residentBytes();
  }

  /** Sends a signal to it and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<ProcessExit> {
    return this.#process.end(signal);
  }
}

export class MillraceProcess extends GatewayProcess {
  /** Of the broker, `host:port` as clients take it. */
  readonly address: string;
  readonly adminUrl: string;
  readonly dataDir: string;

  private constructor(process: ServerProcess<MillraceListening>, dataDir: string) {
    super(process);
    this.dataDir = dataDir;
    this.address = `127.0.0.1:${process.listening.port}`;
    this.adminUrl = `http://127.0.0.1:${process.listening.adminPort}`;
  }

  /** Starts broker and gateway and waits until both answer. Rejects with what it printed if they do not. */
  static async launch(options: MillraceProcessOptions): Promise<MillraceProcess> {
    const { dataDir, flags = [], nodeFlags } = options;
    const process = await ServerProcess.start<MillraceListening>({
      what: 'millrace',
      binary: 'launcher/dist/bin.js',
      flags: [...LOOPBACK_FLAGS, ...HTTP_FLAGS, '--data-dir', dataDir, ...flags],
      nodeFlags,
    });
    return new MillraceProcess(process, dataDir);
  }

  /** Of the built-in administrator, where the broker asks who its clients are. */
  async adminToken(): Promise<string> {
    return (await readFile(join(this.dataDir, 'admin.token'), 'utf8')).trim();
  }
}

interface MillraceListening extends Listening {
  readonly port: number;
  readonly adminPort: number;
}
