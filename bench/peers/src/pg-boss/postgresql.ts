// A cluster of PostgreSQL as a process, made in the given directory; never the system's. As root it runs as the user
// postgres, for it refuses to run as root.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../server/free-port.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';
import { versionOf } from '../server/version-of.ts';

const DEBIAN = '/usr/lib/postgresql';
const USER = 'postgres';
const STOP_MS_MAX = 10_000;
const STOP_POLL_MS = 20;

/** Null where it is not installed. */
export function postgresqlVersion(): string | null {
  return versionOf(join(binaries(), 'postgres'), ['--version'], /(\d+\.\d+)/);
}

export interface Postgresql {
  readonly pid: number;
  readonly port: number;
  readonly user: string;
  stop(): Promise<void>;
}

export async function startPostgresql(directory: string): Promise<Postgresql> {
  const [port = 0] = await freePorts(1);
  const data = join(directory, 'postgresql');
  mkdirSync(data);
  if (isRoot()) mustRun('chown', [USER, data]);
  const [initdb, initdbArgs] = asUser(join(binaries(), 'initdb'), [
    '-D',
    data,
    '-U',
    USER,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
  ]);
  mustRun(initdb, initdbArgs);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const [command, args] = asUser(join(binaries(), 'postgres'), [
    '-D',
    data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const server = await startServer({
    name: 'postgres',
    command,
    args,
    cwd: data,
    logFile: join(directory, 'postgresql.log'),
    ready: () => isListening(port),
    readyTimeoutMs: 20_000,
  });
  return { pid: server.pid, port, user: USER, stop: () => stop(server) };
}

/** It gives back its shared memory only if it ends by itself. */
async function stop(server: ServerProcess): Promise<void> {
  process.kill(server.pid, 'SIGINT');
  const until = Date.now() + STOP_MS_MAX;
  while (isThere(server.pid) && Date.now() < until) await sleep(STOP_POLL_MS);
  await server.stop();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function binaries(): string {
  try {
    const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
    return join(DEBIAN, versions[0] ?? '', 'bin');
  } catch {
    // Not of Debian: on the path, or nowhere.
    return '';
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asUser(command: string, args: readonly string[]): [string, readonly string[]] {
  if (!isRoot()) return [command, args];
  return ['setpriv', [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', command, ...args]];
}

function mustRun(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}
