// The server under soak: `millrace`, broker and gateway in one, killed and started again on its data; and a gateway of its
// own beside it, which lives as long as the soak.

import { GatewayProcess, MillraceProcess } from '@millrace/harness';
import { COLLECTING_FLAGS } from './collect.ts';
import type { Findings } from './findings.ts';
import type { Plant } from './plants.ts';

/** As `npm start` and the image start it, and collecting. */
const NODE_FLAGS = ['--initial-old-space-size=128', ...COLLECTING_FLAGS];

/** From a start of the broker to its end. */
export interface Life {
  readonly number: number;
  readonly startedMs: number;
}

export class SoakServer {
  readonly #dataDir: string;
  readonly #plant: Plant | undefined;
  readonly #findings: Findings;
  readonly #flags: string[] = ['--lease-restart-grace', '1s', '--retention-check-interval', '1s'];
  #millrace: MillraceProcess;
  #gateway: GatewayProcess | undefined;
  #life: Life = { number: 0, startedMs: performance.now() };
  #isEnding = false;
  /** False once it has ended by itself, or did not start again. */
  isUp = true;
  /** How long each start took until requests were answered, ms. */
  readonly startsMs: number[] = [];

  private constructor(
    millrace: MillraceProcess,
    dataDir: string,
    findings: Findings,
    plant: Plant | undefined,
  ) {
    this.#millrace = millrace;
    this.#dataDir = dataDir;
    this.#findings = findings;
    this.#plant = plant;
    const { address, httpUrl } = millrace;
    this.#flags.push('--port', portOf(address), '--http-port', portOf(httpUrl));
    this.#watch(millrace);
  }

  static async start(
    dataDir: string,
    findings: Findings,
    plant: Plant | undefined,
  ): Promise<SoakServer> {
    const nodeFlags = [...NODE_FLAGS, ...(plant?.nodeFlags(dataDir) ?? [])];
    const millrace = await MillraceProcess.launch({ dataDir, nodeFlags });
    const server = new SoakServer(millrace, dataDir, findings, plant);
    server.#gateway = await GatewayProcess.start({
      broker: millrace.address,
      nodeFlags: COLLECTING_FLAGS,
    });
    return server;
  }

  get address(): string {
    return this.#millrace.address;
  }

  get httpUrl(): string {
    return this.#millrace.httpUrl;
  }

  get adminUrl(): string {
    return this.#millrace.adminUrl;
  }

  get gatewayUrl(): string {
    return this.#gateway?.httpUrl ?? '';
  }

  get pid(): number {
    return this.#millrace.pid;
  }

  get gatewayPid(): number {
    return this.#gateway?.pid ?? 0;
  }

  get life(): Life {
    return this.#life;
  }

  async killAndStart(): Promise<void> {
    this.#isEnding = true;
    await this.#millrace.end('SIGKILL');
    this.#plant?.whileDown(this.#dataDir, this.#life.number);
    const startedMs = performance.now();
    try {
      this.#millrace = await this.#launch();
    } catch (error) {
      this.#fails(`it did not start again: ${String(error)}`);
      return;
    }
    this.startsMs.push(performance.now() - startedMs);
    this.#life = { number: this.#life.number + 1, startedMs: performance.now() };
    this.#isEnding = false;
    this.#watch(this.#millrace);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#gateway?.end('SIGTERM');
    await this.#millrace.end('SIGTERM');
  }

  #launch(): Promise<MillraceProcess> {
    const nodeFlags = [...NODE_FLAGS, ...(this.#plant?.nodeFlags(this.#dataDir) ?? [])];
    return MillraceProcess.launch({ dataDir: this.#dataDir, flags: this.#flags, nodeFlags });
  }

  #fails(text: string): void {
    this.isUp = false;
    this.#findings.add('died', `the broker: ${text}`);
  }

  #watch(millrace: MillraceProcess): void {
    void this.#mustNotEnd(millrace);
  }

  async #mustNotEnd({ exited }: MillraceProcess): Promise<void> {
    const { code, signal } = await exited;
    if (!this.#isEnding) this.#fails(`${code ?? signal ?? 'unknown'}`);
  }
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
