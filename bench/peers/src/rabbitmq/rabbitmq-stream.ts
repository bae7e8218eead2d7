// RabbitMQ streams over their own protocol, through RabbitMQ's Java client: the one for Node.js wants an exchange of versions
// that Debian's server does not know, and AMQP is several times slower.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { JavaClient } from '../java/java-client.ts';
import { warmUp } from '../java/warm-up.ts';
import { type Channel, missing, type PeerKind, type RunningPeer, type Sender } from '../peer.ts';
import { SERVERS_DIRECTORY } from '../server/paths.ts';
import { installedVersion, startRabbitmq } from './rabbitmq-server.ts';

const INSTALLED = join(SERVERS_DIRECTORY, 'rabbitmq-stream');

/** What was fastest; but for the last, larger than the client's own. */
const PRODUCER = {
  batchSize: 500,
  maxUnconfirmedMessages: 50_000,
  subEntrySize: 1,
};
const CREDITS = 10;

export const rabbitmqStream: PeerKind = {
  name: 'rabbitmq-stream',
  title: 'RabbitMQ stream',
  client: 'stream-client (Java)',
  // A stream cannot be flushed before it is acknowledged: there is no such setting.
  modes: [
    {
      name: 'default',
      isFlushed: false,
      durability: 'in the page cache of one node; streams have no setting that flushes',
    },
  ],
  find: async () => {
    const version = installedVersion();
    if (version === null) return missing('RabbitMQ');
    const clientVersion = installedClient();
    return clientVersion === null
      ? missing("RabbitMQ's stream client for Java")
      : { version, clientVersion };
  },
  start: async (_mode, directory) => start(directory),
};

function installedClient(): string | null {
  try {
    readdirSync(join(INSTALLED, 'classes'));
    const jars = readdirSync(join(INSTALLED, 'lib')).map(
      (jar) => /^stream-client-(.+)\.jar$/.exec(jar)?.[1],
    );
    return jars.find((version) => version !== undefined) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function start(directory: string): Promise<RunningPeer> {
  const server = await startRabbitmq(directory);
  const java = new JavaClient({
    classPath: [join(INSTALLED, 'classes'), join(INSTALLED, 'lib/*')],
    mainClass: 'StreamDriver',
    options: [],
    arguments: [String(server.streamPort)],
    logFile: join(directory, 'client.log'),
  });
  const stop = async () => {
    await java.stop();
    await server.stop();
  };
  const open = async (stream: string) => {
    await java.ask({ what: 'stream', stream });
    return channel(java, stream);
  };
  try {
    await warmUp(await open('warm-up'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: server.pids, clientPids: [java.pid], open, stop };
}

function channel(java: JavaClient, stream: string): Channel {
  return {
    sender: () => openSender(java, stream),
    read: async (options) => {
      const settings = { what: 'reader', stream, from: options.from, credits: CREDITS };
      const id = await java.open(settings, options);
      return { close: () => java.close(id) };
    },
    drop: async () => {
      await java.ask({ what: 'drop', stream });
    },
  };
}

async function openSender(java: JavaClient, stream: string): Promise<Sender> {
  const id = await java.open({ ...PRODUCER, what: 'sender', stream });
  return {
    batch: 1_000,
    inFlight: 32,
    send: (values) => java.send(id, values, false),
    sendOne: (value) => java.send(id, [value], true),
    close: () => java.close(id),
  };
}
