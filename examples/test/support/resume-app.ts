// `npm run resume-builder` as a child, with a broker of its own on free ports unless one is named: until its page answers, with the
// processes of its roles by name, and ended as a person would.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TemporaryDirectory } from '@millrace/harness';
import type { Edit, Failure, Resume } from '../../src/resume-builder/messages.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/resume-builder.mjs', import.meta.url));
const UNTIL_MS_MAX = 60_000;

export type Role = 'web' | 'edits' | 'pdfs' | 'notifier' | 'dead-letters';

export interface State {
  readonly template: 1 | 2;
  readonly resumes: readonly (Resume & { readonly pdfVersion: number | null })[];
  readonly failures: readonly Failure[];
  readonly queues: readonly { readonly name: string; readonly [count: string]: number | string }[];
}

export class ResumeApp {
  readonly directory = new TemporaryDirectory('millrace-resume-');
  readonly #child: ChildProcess;
  readonly #url: string;
  /** The process of each role that was started last. */
  readonly #pids = new Map<string, number>();
  #said = '';

  private constructor(port: number, broker: string | undefined) {
    const flags =
      broker === undefined
        ? ['--port', '0', '--http-port', '0', '--admin-port', '0']
        : ['--broker', broker];
    const own = ['--web-port', String(port), '--dir', this.directory.path];
    this.#url = `http://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, [SCRIPT, ...flags, ...own], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#said = (this.#said + bytes.toString()).slice(-8_000);
    });
    createInterface({ input: this.#child.stdout ?? process.stdin }).on('line', (line) => {
      const [, role = '', pid = ''] = /^(\S+)\s+pid (\d+)$/.exec(line) ?? [];
      if (role !== '') this.#pids.set(role, Number(pid));
      const admin = /metrics on (\d+)$/.exec(line)?.[1];
      if (admin !== undefined) this.#metricsUrl = `http://127.0.0.1:${admin}/metrics`;
    });
  }

  #metricsUrl = '';

  static async start(broker?: string): Promise<ResumeApp> {
    const app = new ResumeApp(await freePort(), broker);
    try {
      await app.until('the page answers', async () => (await app.state()).queues.length === 4);
      return app;
    } catch (error) {
      await app.end();
      throw error;
    }
  }

  async metrics(): Promise<string> {
    return (await fetch(this.#metricsUrl)).text();
  }

  /** As a browser does: the same id until it is taken. */
  async edit(user: string, id: string, edit: Edit): Promise<void> {
    await this.until(`${id} is taken`, async () => {
      const { status } = await this.ask('POST', `/api/resumes/${user}/edits`, { id, edit });
      if (status !== 202 && status < 500) throw new Error(`refused: ${status}`);
      return status === 202;
    });
  }

  async ask(method: string, path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(this.#url + path, { method, headers, body: JSON.stringify(body) });
  }

  async state(): Promise<State> {
    return (await this.get('/api/state')).json() as Promise<State>;
  }

  async get(path: string): Promise<Response> {
    return fetch(this.#url + path);
  }

  /** As a crash does: its leases stay until they end, and another process takes its place. */
  async crash(role: Role): Promise<void> {
    const pid = this.#pids.get(role);
    if (pid === undefined) throw new Error(`${role} was not started`);
    process.kill(pid, 'SIGKILL');
    await this.until(`${role} is back`, async () => this.#pids.get(role) !== pid);
  }

  /** What cannot be reached is not so yet. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + UNTIL_MS_MAX;
    while (true) {
      const found = await isSo().catch((error: unknown) => {
        if (error instanceof TypeError) return false;
        throw error;
      });
      if (found) return;
      if (Date.now() > deadline) throw new Error(`not in time: ${what}\n${this.#said}`);
      await sleep(50);
    }
  }

  /** Resolves with the exit code. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    this.directory.remove();
    return this.#child.exitCode;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
