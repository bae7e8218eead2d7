// nats-server as a process: the one that was built by the install script, or else the system's.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../server/free-port.ts';
import { SERVERS_DIRECTORY } from '../server/paths.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';
import { versionOf } from '../server/version-of.ts';

const BUILT = join(SERVERS_DIRECTORY, 'nats-server');

function command(): string {
  return existsSync(BUILT) ? BUILT : 'nats-server';
}

export function natsVersion(): string | null {
  return versionOf(command(), ['--version'], /v?(\d+\.\d+\.\d+)/);
}

export async function startNats(
  isFlushed: boolean,
  directory: string,
): Promise<{ server: ServerProcess; port: number }> {
  const [port = 0] = await freePorts(1);
  const config = join(directory, 'nats.conf');
  const sync = isFlushed ? '\n  sync_interval: always' : '';
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"\njetstream {\n  store_dir: "${join(directory, 'jetstream')}"${sync}\n}\n`,
  );
  const server = await startServer({
    name: 'nats-server',
    command: command(),
    args: ['-c', config],
    cwd: directory,
    logFile: join(directory, 'nats.log'),
    ready: () => isListening(port),
    readyTimeoutMs: 20_000,
  });
  return { server, port };
}
