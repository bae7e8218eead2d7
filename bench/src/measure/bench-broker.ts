// The broker under measure: a process that may be killed and started again in the middle. Any other end of it fails
// the whole.

import { BrokerProcess } from '@millrace/harness';
import type { ArenaBroker } from '../workloads/workload.ts';

/** As `npm start` and the image start it; see docs/operations.md. */
const NODE_FLAGS = ['--initial-old-space-size=128'];

export class BenchBroker implements ArenaBroker {
  /** Rejects when the broker ends although nobody asked for it. */
  readonly died: Promise<never>;
  readonly #flags: readonly string[];
  readonly #nodeFlags: readonly string[];
  #process: BrokerProcess;
  #isEnding = false;
  #fail: (reason: Error) => void = () => {};

  private constructor(
    process: BrokerProcess,
    flags: readonly string[],
    nodeFlags: readonly string[],
  ) {
    this.#process = process;
    this.#flags = flags;
    this.#nodeFlags = nodeFlags;
    this.died = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.died.catch(() => undefined);
    this.#watch(process);
  }

  static async start(
    dataDir: string,
    flags: readonly string[],
    furtherNodeFlags: readonly string[] = [],
  ): Promise<BenchBroker> {
    const nodeFlags = [...NODE_FLAGS, ...furtherNodeFlags];
    const process = await BrokerProcess.start({ dataDir, flags, nodeFlags });
    return new BenchBroker(process, flags, nodeFlags);
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

  async restart(): Promise<number> {
    const { port, dataDir } = this.#process;
    this.#isEnding = true;
    await this.#process.end('SIGKILL');
    const startedAt = performance.now();
    const flags = [...this.#flags, '--port', `${port}`];
    this.#process = await BrokerProcess.start({ dataDir, flags, nodeFlags: this.#nodeFlags });
    const tookMs = performance.now() - startedAt;
    this.#isEnding = false;
    this.#watch(this.#process);
    return tookMs;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#process.end('SIGTERM');
  }

  #watch({ exited }: BrokerProcess): void {
    void this.#fails(exited);
  }

  async #fails(exited: BrokerProcess['exited']): Promise<void> {
    const { code, signal } = await exited;
    if (this.#isEnding) return;
    this.#fail(new Error(`the broker ended in the middle (${code ?? signal ?? 'unknown'})`));
  }
}
