// A RabbitMQ node of its own: a directory, ports of loopback, a name and a port mapper (epmd) that no other node uses. The
// settings are RabbitMQ's own.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePorts } from '../server/free-port.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';

/** The one of Debian's that does not change the user. */
const COMMAND = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const LIBRARY = '/usr/lib/rabbitmq/lib';
const READY_TIMEOUT_MS = 90_000;

/** Null when it is not installed. */
export function installedVersion(): string | null {
  if (!existsSync(COMMAND) || !existsSync(LIBRARY)) return null;
  const names = readdirSync(LIBRARY).map((name) => /^rabbitmq_server-(.+)$/.exec(name)?.[1]);
  return names.find((version) => version !== undefined) ?? null;
}

export interface RabbitmqServer {
  readonly pids: readonly number[];
  readonly port: number;
  readonly streamPort: number;
  stop(): Promise<void>;
}

export async function startRabbitmq(directory: string): Promise<RabbitmqServer> {
  const [port, streamPort, clusterPort, epmdPort] = (await freePorts(4)) as [
    number,
    number,
    number,
    number,
  ];
  const epmd = await startEpmd(directory, epmdPort);
  let server: ServerProcess;
  try {
    server = await startServer({
      name: 'RabbitMQ',
      command: COMMAND,
      args: [],
      cwd: directory,
      env: environmentOf(directory, { port, streamPort, clusterPort, epmdPort }),
      logFile: join(directory, 'server.log'),
      ready: async () => (await isListening(port)) && (await isListening(streamPort)),
      readyTimeoutMs: READY_TIMEOUT_MS,
    });
  } catch (error) {
    await epmd.stop();
    throw error;
  }
  return {
    pids: [server.pid, epmd.pid],
    port,
    streamPort,
    stop: async () => {
      await server.stop();
      await epmd.stop();
    },
  };
}

/** Started here, as the one that a node starts by itself outlives it. */
function startEpmd(directory: string, port: number): Promise<ServerProcess> {
  return startServer({
    name: 'epmd',
    command: 'epmd',
    args: ['-address', '127.0.0.1', '-port', String(port)],
    cwd: directory,
    logFile: join(directory, 'epmd.log'),
    ready: () => isListening(port),
    readyTimeoutMs: 10_000,
  });
}

interface Ports {
  readonly port: number;
  readonly streamPort: number;
  readonly clusterPort: number;
  readonly epmdPort: number;
}

function environmentOf(directory: string, ports: Ports): Record<string, string> {
  const config = join(directory, 'rabbitmq.conf');
  writeFileSync(
    config,
    [
      `listeners.tcp.1 = 127.0.0.1:${ports.port}`,
      `stream.listeners.tcp.1 = 127.0.0.1:${ports.streamPort}`,
      'log.file.level = warning',
      '',
    ].join('\n'),
  );
  const plugins = join(directory, 'enabled_plugins');
  writeFileSync(plugins, '[rabbitmq_stream].\n');
  return {
    // Keeps the cookie of the node out of the user's home.
    HOME: directory,
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_CONF_ENV_FILE: join(directory, 'no-environment.conf'),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, 'no-advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_DIST_PORT: String(ports.clusterPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The script becomes the node instead of watching over it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}
