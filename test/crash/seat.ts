// One place for a client process: it is killed, and the next one started; or frozen, to wake as somebody who was.

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export class Seat {
  /** What the processes complained of. */
  readonly said: string[] = [];
  private readonly file: string;
  private readonly nextArgs: () => readonly string[];
  private child: ChildProcess;

  /** @param nextArgs of each process that is started here. */
  constructor(file: string, nextArgs: () => readonly string[]) {
    this.file = file;
    this.nextArgs = nextArgs;
    this.child = this.start();
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
    this.child = this.start();
  }

  /** For longer than its session: others take over, and it wakes as somebody who was. */
  async freeze(ms: number): Promise<void> {
    const { child } = this;
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  private start(): ChildProcess {
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    const args = [this.file, ...this.nextArgs()];
    const child = spawn(process.execPath, args, { stdio: [...stdio] });
    child.stderr?.on('data', (chunk: Buffer) => this.said.push(chunk.toString()));
    const atExit = () => child.kill('SIGKILL');
    process.once('exit', atExit);
    child.once('exit', (code, signal) => {
      process.removeListener('exit', atExit);
      if (signal === null) this.said.push(`ended by itself with ${code}`);
    });
    return child;
  }
}
