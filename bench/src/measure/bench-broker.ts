// The broker under measure: a process that may be killed and started again in the middle. Any other end of it fails
// the whole.

import { BrokerProcess, MillraceProcess } from '@millrace/harness';
import type { ArenaBroker } from '../workloads/workload.ts';

/** As `npm start` and the image start it; see docs/operations.md. */
const NODE_FLAGS = ['--initial-old-space-size=128'];

interface Program {
  readonly flags: readonly string[];
  readonly nodeFlags: readonly string[];
  /** `millrace`, with its gateway, rather than the broker alone. */
  readonly servesHttp: boolean;
}

type Running = BrokerProcess | MillraceProcess;

export class BenchBroker implements ArenaBroker {
  /** Rejects when the broker ends although nobody asked for it. */
  readonly died: Promise<never>;
  readonly #program: Program;
  #process: Running;
  #isEnding = false;
  #fail: (reason: Error) => void = () => {};

  private constructor(process: Running, program: Program) {
    this.#process = process;
    this.#program = program;
    this.died = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.died.catch(() => undefined);
    this.#watch(process);
  }

  static async start(
    dataDir: string,
    flags: readonly string[],
    { nodeFlags = [], servesHttp = false }: Partial<Omit<Program, 'flags'>> = {},
  ): Promise<BenchBroker> {
    const program = { flags, nodeFlags: [...NODE_FLAGS, ...nodeFlags], servesHttp };
    return new BenchBroker(await launch(dataDir, program), program);
  }

  get address(): string {
    return this.#process.address;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get dataDir(): string {
    return this.#process.dataDir;
  }

  get adminUrl(): string {
    return this.#process.adminUrl;
  }

  get httpUrl(): string {
    if (this.#process instanceof MillraceProcess) return this.#process.httpUrl;
    throw new TypeError('this broker serves no HTTP');
  }

  async restart(): Promise<number> {
    const { address, dataDir } = this.#process;
    const port = address.slice(address.lastIndexOf(':') + 1);
    this.#isEnding = true;
    await this.#process.end('SIGKILL');
    const startedAt = performance.now();
    const flags = [...this.#program.flags, '--port', port];
    this.#process = await launch(dataDir, { ...this.#program, flags });
    const tookMs = performance.now() - startedAt;
    this.#isEnding = false;
    this.#watch(this.#process);
    return tookMs;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#process.end('SIGTERM');
  }

  #watch({ exited }: Running): void {
    void this.#fails(exited);
  }

  async #fails(exited: BrokerProcess['exited']): Promise<void> {
    const { code, signal } = await exited;
    if (this.#isEnding) return;
    this.#fail(new Error(`the broker ended in the middle (${code ?? signal ?? 'unknown'})`));
  }
}

function launch(dataDir: string, { flags, nodeFlags, servesHttp }: Program): Promise<Running> {
  const options = { dataDir, flags, nodeFlags };
  return servesHttp ? MillraceProcess.launch(options) : BrokerProcess.start(options);
}
