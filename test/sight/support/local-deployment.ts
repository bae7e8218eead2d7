// `npm run deploy:local` as a child: on free ports, until it says that all are ready, and ended as a person would.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { TemporaryDirectory } from '@millrace/harness';
import { ROOT } from '../../deploy/support/rules.ts';

const READY_MS_MAX = 90_000;

export class LocalDeployment {
  /** What it said, by the name of the part. */
  readonly parts: ReadonlyMap<string, string>;
  readonly #child: ChildProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(
    child: ChildProcess,
    directory: TemporaryDirectory,
    parts: ReadonlyMap<string, string>,
  ) {
    this.#child = child;
    this.#directory = directory;
    this.parts = parts;
  }

  static async start(scrapeSeconds: number): Promise<LocalDeployment> {
    const directory = new TemporaryDirectory('millrace-sight-');
    const flags = ['port', 'http-port', 'admin-port'].flatMap((name) => [`--${name}`, '0']);
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [
        `${ROOT}scripts/deploy-local.mjs`,
        ...flags,
        '--dir',
        directory.path,
        '--prometheus-port',
        String(port),
        '--scrape-seconds',
        String(scrapeSeconds),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const errors: string[] = [];
    child.stderr.on('data', (bytes: Buffer) => errors.push(bytes.toString()));
    const parts = new Map<string, string>();
    const ready = new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`it did not get ready:\n${errors.join('')}`));
      const timer = setTimeout(fail, READY_MS_MAX);
      child.once('exit', fail);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
        parts.set(name, text);
        if (name !== 'all') return;
        clearTimeout(timer);
        resolve();
      });
    });
    const deployment = new LocalDeployment(child, directory, parts);
    try {
      await ready;
      return deployment;
    } catch (error) {
      await deployment.end();
      throw error;
    }
  }

  /** Of a part, as it said. */
  urlOf(name: string): string {
    const url = /https?:\/\/[\w.:]+/.exec(this.parts.get(name) ?? '')?.[0];
    if (url === undefined) throw new Error(`${name} did not say where it is`);
    return url;
  }

  /** Of the broker, `host:port`. */
  get address(): string {
    return this.parts.get('broker')?.split(',')[0] ?? '';
  }

  /** Resolves with the exit code. */
  async end(): Promise<number | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    this.#directory.remove();
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
