// redis-server as a process, for Redis Streams and BullMQ.

import { join } from 'node:path';
import type { PeerMode } from '../peer.ts';
import { freePorts } from '../server/free-port.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';
import { versionOf } from '../server/version-of.ts';

/** Unasked, Redis keeps no log at all; everysec is what it has for those who ask for durability and say no more. */
export const REDIS_MODES: readonly PeerMode[] = [
  {
    name: 'default',
    isFlushed: false,
    durability: 'in the page cache, flushed once a second (appendonly yes, appendfsync everysec)',
  },
  {
    name: 'flushed',
    isFlushed: true,
    durability: 'on the disk, one flush a turn of its loop (appendonly yes, appendfsync always)',
  },
];

export function redisVersion(): string | null {
  return versionOf('redis-server', ['--version'], /v=(\d+\.\d+\.\d+)/);
}

export async function startRedis(
  isFlushed: boolean,
  directory: string,
): Promise<{ server: ServerProcess; port: number }> {
  const [port = 0] = await freePorts(1);
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'yes',
    appendfsync: isFlushed ? 'always' : 'everysec',
  };
  const server = await startServer({
    name: 'redis-server',
    command: 'redis-server',
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    cwd: directory,
    logFile: join(directory, 'redis.log'),
    ready: () => isListening(port),
    readyTimeoutMs: 20_000,
  });
  return { server, port };
}
