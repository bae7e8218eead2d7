// An Apache Kafka broker of its own: one process that is broker and controller, in a directory, on free ports of loopback.
// The settings are Kafka's own, but for those that one broker alone needs.

import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePorts } from '../server/free-port.ts';
import { SERVERS_DIRECTORY } from '../server/paths.ts';
import { isListening, type ServerProcess, startServer } from '../server/server-process.ts';

const INSTALLED = join(SERVERS_DIRECTORY, 'kafka');
const READY_TIMEOUT_MS = 60_000;
const FORMAT_TIMEOUT_MS = 60_000;
/** Any will do; each directory has a cluster of its own. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

/** Heap and collector of Kafka's own start script. */
const SERVER_OPTIONS = [
  '-Xmx1G',
  '-Xms1G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];

export const KAFKA_CLASS_PATH = [join(INSTALLED, 'classes'), join(INSTALLED, 'lib/*')];
export const KAFKA_LOGGING = `-Dlog4j2.configurationFile=${join(INSTALLED, 'log4j2.properties')}`;

/** Null when nothing is installed. */
export function installedVersion(): string | null {
  try {
    const jars = readdirSync(join(INSTALLED, 'lib'));
    readdirSync(join(INSTALLED, 'classes'));
    return (
      jars
        .map((jar) => /^kafka_2\.13-(.+)\.jar$/.exec(jar)?.[1])
        .find((version) => version !== undefined) ?? null
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export interface KafkaServer {
  readonly server: ServerProcess;
  readonly bootstrap: string;
}

export async function startKafka(
  directory: string,
  settings: Readonly<Record<string, string>>,
): Promise<KafkaServer> {
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  const file = join(directory, 'server.properties');
  const all = { ...baseSettings(directory, port, controllerPort), ...settings };
  writeFileSync(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const java = [KAFKA_LOGGING, '-cp', KAFKA_CLASS_PATH.join(':')];
  const format = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    file,
    '--standalone',
  ];
  await promisify(execFile)('java', [...java, ...format], { timeout: FORMAT_TIMEOUT_MS });
  const server = await startServer({
    name: 'Kafka',
    command: 'java',
    args: [...SERVER_OPTIONS, ...java, 'kafka.Kafka', file],
    cwd: directory,
    logFile: join(directory, 'server.log'),
    ready: () => isListening(port),
    readyTimeoutMs: READY_TIMEOUT_MS,
  });
  return { server, bootstrap: `127.0.0.1:${port}` };
}

function baseSettings(
  directory: string,
  port: number,
  controllerPort: number,
): Record<string, string> {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(directory, 'data'),
    // One broker cannot keep the three copies that these topics have by default.
    'offsets.topic.replication.factor': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
  };
}
