// ElasticMQ as a process, from the jars that the install script gathered.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../server/free-port.ts';
import { SERVERS_DIRECTORY } from '../server/paths.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';

const NAME = /^elasticmq-(\d+\.\d+\.\d+)$/;

/** Of what is installed; null where nothing is. */
export function elasticmqVersion(): string | null {
  if (!existsSync(SERVERS_DIRECTORY)) return null;
  const names = readdirSync(SERVERS_DIRECTORY).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  return names.toSorted().at(-1) ?? null;
}

export async function startElasticmq(
  directory: string,
): Promise<{ server: ServerProcess; port: number }> {
  const [port = 0] = await freePorts(1);
  const config = join(directory, 'elasticmq.conf');
  writeFileSync(config, configText(port));
  const jars = join(SERVERS_DIRECTORY, `elasticmq-${elasticmqVersion() ?? ''}`, 'lib/*');
  const server = await startServer({
    name: 'ElasticMQ',
    command: 'java',
    args: [`-Dconfig.file=${config}`, '-cp', jars, 'org.elasticmq.server.Main'],
    cwd: directory,
    logFile: join(directory, 'elasticmq.log'),
    ready: () => isListening(port),
    readyTimeoutMs: 60_000,
  });
  return { server, port };
}

function configText(port: number): string {
  return `include classpath("application.conf")
rest-sqs { bind-hostname = "127.0.0.1", bind-port = ${port} }
rest-stats { enabled = false }
`;
}
