// Apache Kafka: its log, and its share groups for the queue work, through its own Java client (the only one that knows
// share groups, and the fastest that was measured here).

import { join } from 'node:path';

import { JavaClient } from '../java/java-client.ts';
import {
  type Channel,
  missing,
  type PeerKind,
  type PeerMode,
  type ReadOptions,
  type RunningPeer,
  type Sender,
  type WorkOptions,
} from '../peer.ts';
import { installedVersion, KAFKA_CLASS_PATH, KAFKA_LOGGING, startKafka } from './kafka-server.ts';

const MODES: readonly PeerMode[] = [
  {
    name: 'default',
    isFlushed: false,
    durability: 'in the page cache of one broker; acks=all, no flush',
  },
  {
    name: 'flushed',
    isFlushed: true,
    durability: 'flushed to disk: acks=all, log.flush.interval.messages=1',
  },
];

/** One partition is one log file: more of them did not make it faster on two cores. */
const PARTITIONS = Number(process.env['P1_PARTITIONS'] ?? 1);
/** As many consumers as were fastest. */
const CONSUMERS = Number(process.env['P1_CONSUMERS'] ?? 1);

const PRODUCER = {
  'client.acks': 'all',
  'client.batch.size': Number(process.env['P1_BATCH'] ?? 262_144),
  'client.linger.ms': 5,
  'client.buffer.memory': 67_108_864,
  // A produce request that gets no answer must fail within the time of a run.
  'client.delivery.timeout.ms': 30_000,
  'client.request.timeout.ms': 20_000,
};

export const kafka: PeerKind = {
  name: 'kafka',
  title: 'Apache Kafka',
  client: 'org.apache.kafka:kafka-clients (Java)',
  modes: MODES,
  find: async () => {
    const version = installedVersion();
    if (version === null) return missing('Apache Kafka');
    return { version, clientVersion: version };
  },
  start,
};

async function start(mode: PeerMode, directory: string): Promise<RunningPeer> {
  const flush: Record<string, string> =
    mode.name === 'flushed' ? { 'log.flush.interval.messages': '1' } : {};
  const { server, bootstrap } = await startKafka(directory, flush);
  const java = new JavaClient({
    classPath: KAFKA_CLASS_PATH,
    mainClass: 'KafkaDriver',
    options: [KAFKA_LOGGING],
    arguments: [],
    logFile: join(directory, 'client.log'),
  });
  return {
    pids: [server.pid],
    clientPids: [java.pid],
    open: async (name) => {
      await java.ask({ ...connection(bootstrap, name), what: 'topic', partitions: PARTITIONS });
      return channel(java, connection(bootstrap, name));
    },
    stop: async () => {
      await java.stop();
      await server.stop();
    },
  };
}

type Connection = ReturnType<typeof connection>;

function connection(bootstrap: string, topic: string) {
  return { topic, 'client.bootstrap.servers': bootstrap };
}

function channel(java: JavaClient, to: Connection): Channel {
  return {
    sender: () => openSender(java, to),
    count: () => java.ask({ ...to, what: 'count' }),
    drop: async () => {
      await java.ask({ ...to, what: 'drop' });
    },
    read: async (options: ReadOptions) => {
      const settings = { 'client.max.poll.records': 10_000, 'client.enable.auto.commit': 'false' };
      const id = await java.open(
        { ...to, ...settings, what: 'reader', from: options.from },
        options,
      );
      return { close: () => java.close(id) };
    },
    work: async (options: WorkOptions) => {
      const settings = {
        'client.group.id': `workers-${to.topic}`,
        'client.share.acknowledgement.mode': 'explicit',
        'client.share.acquire.mode': process.env['P1_ACQ'] ?? 'record_limit',
        'client.max.poll.records': options.batch === 1 ? options.concurrency : options.batch,
      };
      const listener = { onValues: options.onDone, onError: options.onError };
      const id = await java.open(
        { ...to, ...settings, what: 'worker', consumers: CONSUMERS },
        listener,
      );
      return { close: () => java.close(id) };
    },
  };
}

async function openSender(java: JavaClient, to: Connection): Promise<Sender> {
  const id = await java.open({ ...to, ...PRODUCER, what: 'sender' });
  return {
    batch: 1_000,
    inFlight: 32,
    send: (values) => java.send(id, values, false),
    sendOne: (value) => java.send(id, [value], true),
    close: () => java.close(id),
  };
}
