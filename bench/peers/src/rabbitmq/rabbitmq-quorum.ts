// RabbitMQ quorum queues over AMQP, with publisher confirms. An acknowledgement by a consumer has no answer in AMQP: what
// counts as done was written to the connection, and the node never lets more than the prefetch stay unacknowledged.

import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';

import type { Channel, PeerKind, Reading, RunningPeer, Sender, WorkOptions } from '../peer.ts';
import { withTimeout } from '../server/timeout.ts';
import { foundWith } from '../server/version-of.ts';
import { installedVersion, startRabbitmq } from './rabbitmq-server.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const SEND_TIMEOUT_MS = 30_000;
/** A batch of a consumer waits this long to become full. */
const BATCH_WAIT_MS = 10;
/** More of them unacknowledged did not make it faster. */
const PREFETCH_MAX = 2_000;

export const rabbitmqQuorum: PeerKind = {
  name: 'rabbitmq-quorum',
  title: 'RabbitMQ quorum queue',
  client: 'amqplib',
  // Its default is to flush, and there is no setting that does not.
  modes: [
    {
      name: 'default',
      isFlushed: true,
      durability:
        'flushed to disk: the default of quorum queues, one fdatasync for many messages; no setting turns it off',
    },
  ],
  find: async () => foundWith('RabbitMQ', installedVersion(), 'amqplib'),
  start: async (_mode, directory) => start(directory),
};

async function start(directory: string): Promise<RunningPeer> {
  const server = await startRabbitmq(directory);
  const connections: ChannelModel[] = [];
  const newConnection = async () => {
    const url = `amqp://guest:guest@127.0.0.1:${server.port}`;
    const connection = await withTimeout(
      connect(url),
      CONNECT_TIMEOUT_MS,
      'RabbitMQ took no connection',
    );
    connections.push(connection);
    return connection;
  };
  return {
    pids: server.pids,
    open: async (name) => {
      const admin = await (await newConnection()).createChannel();
      await admin.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      return {
        sender: async () => openSender(await newConnection(), name),
        work: async (options) => openWorker(await newConnection(), name, options),
        count: async () => (await admin.checkQueue(name)).messageCount,
        drop: async () => {
          await admin.deleteQueue(name);
        },
      } satisfies Channel;
    },
    // The node goes first: what its end does to the connections is no failure any more.
    stop: async () => {
      for (const connection of connections)
        connection.removeAllListeners('error').on('error', () => undefined);
      await server.stop();
    },
  };
}

async function openSender(connection: ChannelModel, queue: string): Promise<Sender> {
  const channel = await connection.createConfirmChannel();
  const sends = new Set<(error: Error) => void>();
  onLoss(connection, channel, (error) => {
    for (const reject of sends) reject(error);
  });
  const send = (values: readonly Uint8Array[]) =>
    new Promise<void>((resolve, reject) => {
      let left = values.length;
      const finish = (error?: Error | null) => {
        sends.delete(reject);
        if (error) reject(error);
        else resolve();
      };
      sends.add(reject);
      for (const value of values) {
        publish(channel, queue, value, (error) => {
          left--;
          if (error || left === 0) finish(error);
        });
      }
    });
  return {
    batch: 100,
    inFlight: 20,
    send: (values) =>
      withTimeout(send(values), SEND_TIMEOUT_MS, 'RabbitMQ did not confirm what was published'),
    sendOne: (value) =>
      withTimeout(send([value]), SEND_TIMEOUT_MS, 'RabbitMQ did not confirm what was published'),
    close: () => connection.close(),
  };
}

function publish(
  channel: ConfirmChannel,
  queue: string,
  value: Uint8Array,
  done: (error: Error | null) => void,
): void {
  const content = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  channel.sendToQueue(queue, content, { persistent: true }, done);
}

async function openWorker(
  connection: ChannelModel,
  queue: string,
  options: WorkOptions,
): Promise<Reading> {
  const channel = await connection.createChannel();
  onLoss(connection, channel, options.onError);
  await channel.prefetch(Math.min(options.batch * options.concurrency, PREFETCH_MAX));
  let taken: ConsumeMessage[] = [];
  const acknowledge = () => {
    const last = taken.at(-1);
    if (last === undefined) return;
    const values = taken.map(({ content }) => content);
    taken = [];
    // This one and all before it.
    channel.ack(last, true);
    options.onDone(values);
  };
  // What is left of the last batch waits for messages that may not come.
  const timer = setInterval(acknowledge, BATCH_WAIT_MS);
  const onMessage = (message: ConsumeMessage | null) => {
    if (message === null) options.onError(new Error('RabbitMQ has ended the consumer.'));
    else if (taken.push(message) >= options.batch) acknowledge();
  };
  const { consumerTag } = await channel.consume(queue, onMessage);
  return {
    close: async () => {
      clearInterval(timer);
      await channel.cancel(consumerTag);
      await connection.close();
    },
  };
}

/** A connection or channel that ends by itself; an end asked for with `close` says nothing. */
function onLoss(
  connection: ChannelModel,
  channel: ConfirmChannel | Awaited<ReturnType<ChannelModel['createChannel']>>,
  tell: (error: Error) => void,
): void {
  connection.on('error', tell);
  channel.on('error', tell);
}
