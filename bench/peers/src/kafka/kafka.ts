// Apache Kafka as two peers: a log, and a queue by share groups, both through its own Java client, the only one that knows
// share groups and the fastest that was measured.

import { join } from 'node:path';

import { JavaClient, type JavaSettings } from '../java/java-client.ts';
import { warmUp } from '../java/warm-up.ts';
import {
  type Channel,
  missing,
  type PeerKind,
  type PeerMode,
  type ReadOptions,
  type RunningPeer,
  type WorkOptions,
} from '../peer.ts';
import { installedVersion, KAFKA_CLASS_PATH, KAFKA_LOGGING, startKafka } from './kafka-server.ts';

const CLIENT = 'kafka-clients (Java)';

const MODES: readonly PeerMode[] = [
  {
    name: 'default',
    isFlushed: false,
    durability: 'in the page cache of one broker: acks=all, no flush',
  },
  {
    name: 'flushed',
    isFlushed: true,
    durability: 'flushed to disk: acks=all, log.flush.interval.messages=1',
  },
];

/** Kafka's own number; more of them, and more consumers of a group, were no faster on two cores. */
const PARTITIONS = 1;
const CONSUMERS = 1;

const PRODUCER = {
  what: 'sender',
  'client.acks': 'all',
  // A record that gets no answer must fail within the time of a run.
  'client.delivery.timeout.ms': 30_000,
  'client.request.timeout.ms': 20_000,
};

/** Sixteen times Kafka's own, and twice its memory: what was fastest. */
const LOG_PRODUCER = {
  ...PRODUCER,
  'client.batch.size': 262_144,
  'client.buffer.memory': 67_108_864,
};

const READER = { 'client.max.poll.records': 10_000, 'client.enable.auto.commit': 'false' };

const WORKER = {
  'client.share.acknowledgement.mode': 'explicit',
  'client.share.acquire.mode': 'batch_optimized',
  consumers: CONSUMERS,
};

export const kafka: PeerKind = {
  name: 'kafka',
  title: 'Apache Kafka',
  client: CLIENT,
  modes: MODES,
  find,
  start: (mode, directory) =>
    start(mode, directory, (java, topic) => ({
      ...channel(java, topic, LOG_PRODUCER),
      read: (options) => read(java, topic, options),
    })),
};

/** Share groups take whole batches of the producer: this one leaves Kafka's own size. */
export const kafkaShare: PeerKind = {
  name: 'kafka-share',
  title: 'Apache Kafka share group',
  client: CLIENT,
  modes: MODES,
  find,
  start: (mode, directory) =>
    start(mode, directory, (java, topic) => ({
      ...channel(java, topic, PRODUCER),
      work: (options) => work(java, topic, options),
    })),
};

async function find() {
  const version = installedVersion();
  return version === null ? missing('Apache Kafka') : { version, clientVersion: version };
}

type OpenChannel = (java: JavaClient, topic: JavaSettings) => Channel;

async function start(
  mode: PeerMode,
  directory: string,
  openChannel: OpenChannel,
): Promise<RunningPeer> {
  const flush = mode.isFlushed ? { 'log.flush.interval.messages': '1' } : {};
  const { server, bootstrap } = await startKafka(directory, flush);
  const java = new JavaClient({
    classPath: KAFKA_CLASS_PATH,
    mainClass: 'KafkaDriver',
    options: [KAFKA_LOGGING],
    arguments: [],
    logFile: join(directory, 'client.log'),
  });
  const stop = async () => {
    await java.stop();
    await server.stop();
  };
  const open = async (topic: string) => {
    const settings = { topic, 'client.bootstrap.servers': bootstrap };
    await java.ask({ ...settings, what: 'topic', partitions: PARTITIONS });
    return openChannel(java, settings);
  };
  try {
    await warmUp(await open('warm-up'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: [server.pid], clientPids: [java.pid], open, stop };
}

function channel(java: JavaClient, topic: JavaSettings, producer: JavaSettings): Channel {
  return {
    sender: async () => {
      const id = await java.open({ ...topic, ...producer });
      return {
        batch: 1_000,
        inFlight: 32,
        send: (values) => java.send(id, values, false),
        sendOne: (value) => java.send(id, [value], true),
        close: () => java.close(id),
      };
    },
    count: () => java.ask({ ...topic, what: 'count' }),
    drop: async () => {
      await java.ask({ ...topic, what: 'drop' });
    },
  };
}

async function read(java: JavaClient, topic: JavaSettings, options: ReadOptions) {
  const id = await java.open({ ...topic, ...READER, what: 'reader', from: options.from }, options);
  return { close: () => java.close(id) };
}

async function work(java: JavaClient, topic: JavaSettings, options: WorkOptions) {
  const settings = {
    ...topic,
    ...WORKER,
    what: 'worker',
    'client.group.id': `workers-${topic['topic']}`,
    // One by one they are acknowledged by themselves, and committed with those that are in work at the same time.
    'client.max.poll.records': options.batch === 1 ? options.concurrency : options.batch,
  };
  const id = await java.open(settings, { onValues: options.onDone, onError: options.onError });
  return { close: () => java.close(id) };
}
