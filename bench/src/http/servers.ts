// The servers of the SQS API that are compared, each a process of its own on loopback: Millrace, ElasticMQ, and an emulator
// in memory. Those that are not installed are told by name.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MillraceProcess } from '@millrace/harness';
import { INSTALL } from '../peers/load-kind.ts';
import { nodeFor } from '../peers/node-for.ts';
import { call } from './sqs-loads.ts';

const PEERS = fileURLToPath(new URL('../../peers/', import.meta.url));
const FAUXQS = join(PEERS, 'node_modules/fauxqs/dist/app.js');
const JARS = /^elasticmq-\d+\.\d+\.\d+$/;
const NODE_FLAGS = ['--initial-old-space-size=128'];
const START_MS_MAX = 60_000;
const POLL_MS = 50;

export interface SqsServer {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface SqsServerKind {
  readonly name: string;
  readonly title: string;
  /** What an answer to a send means. */
  readonly durability: string;
  /** A text where it is not there: what is missing, and the command that brings it. */
  start(directory: string): Promise<SqsServer | string>;
}

export const SQS_SERVERS: readonly SqsServerKind[] = [
  {
    name: 'millrace',
    title: 'Millrace',
    durability: 'flushed to the disk',
    async start(directory) {
      const millrace = await MillraceProcess.launch({ dataDir: directory, nodeFlags: NODE_FLAGS });
      return {
        endpoint: `${millrace.httpUrl}/`,
        pid: millrace.pid,
        stop: async () => void (await millrace.end('SIGTERM')),
      };
    },
  },
  {
    name: 'elasticmq',
    title: 'ElasticMQ',
    durability: 'in memory, and nowhere else',
    async start(directory) {
      const servers = join(PEERS, '.servers');
      const found = existsSync(servers)
        ? readdirSync(servers).find((name) => JARS.test(name))
        : null;
      if (!found) return `ElasticMQ is not installed: ${INSTALL}`;
      const port = await freePort();
      const config = join(directory, 'elasticmq.conf');
      writeFileSync(config, elasticmqConfig(port));
      const jars = join(servers, found, 'lib/*');
      const main = ['-cp', jars, 'org.elasticmq.server.Main'];
      return startProcess(port, 'java', [`-Dconfig.file=${config}`, ...main]);
    },
  },
  {
    name: 'fauxqs',
    title: 'fauxqs',
    durability: 'in memory, and nowhere else',
    async start() {
      const node = nodeFor({ nodeMajorMin: 22 });
      if (!existsSync(FAUXQS)) return `fauxqs is not installed: ${INSTALL}`;
      if ('missing' in node) return node.missing;
      const port = await freePort();
      // As its command line starts it, but for a line of log a request.
      const program = `import { startFauxqs } from '${pathToFileURL(FAUXQS).href}';
        await startFauxqs({ port: ${port}, logger: false });`;
      return startProcess(port, node.node, ['--input-type=module', '-e', program]);
    },
  },
];

function elasticmqConfig(port: number): string {
  return `include classpath("application.conf")
rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${port} }
rest-stats { enabled = false }
`;
}

async function startProcess(
  port: number,
  command: string,
  args: readonly string[],
): Promise<SqsServer> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  const stop = async () => {
    process.off('exit', atExit);
    await endOf(child);
  };
  const endpoint = `http://127.0.0.1:${port}/`;
  try {
    await untilAnswers(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, pid: child.pid ?? -1, stop };
}

async function untilAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = error;
  });
  const giveUpAt = performance.now() + START_MS_MAX;
  for (;;) {
    if (failed !== undefined) throw failed;
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended at its start`);
    try {
      await call(endpoint, 'ListQueues', {});
      return;
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
