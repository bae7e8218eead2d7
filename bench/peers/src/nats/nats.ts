// NATS JetStream. Publishing without waiting for each acknowledgement is what its documents advise for throughput; where
// each acknowledgement is flushed, atomic batches are: one flush for all of a batch.

import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type {
  Channel,
  Found,
  PeerKind,
  PeerMode,
  Reading,
  ReadOptions,
  RunningPeer,
  Sender,
  WorkOptions,
} from '../peer.ts';
import { foundWith } from '../server/version-of.ts';
import { AcknowledgedInGroups } from './acknowledged-in-groups.ts';
import { AtomicSender, PipelinedSender } from './nats-senders.ts';
import { natsVersion, startNats } from './nats-server.ts';

/** Messages a consumer has asked for and not seen yet. */
const AHEAD = 10_000;

export const natsJetStream: PeerKind = {
  name: 'nats',
  title: 'NATS JetStream',
  client: '@nats-io/jetstream',
  modes: [
    {
      name: 'default',
      isFlushed: false,
      durability: 'in the page cache; fsync every two minutes (sync_interval: 2m)',
    },
    {
      name: 'flushed',
      isFlushed: true,
      durability:
        'on the disk (sync_interval: always); many at a time as atomic batches of 1,000, each flushed at its commit',
    },
  ],
  async find(): Promise<Found> {
    return foundWith('nats-server', natsVersion(), '@nats-io/jetstream');
  },
  async start(mode: PeerMode, directory: string): Promise<RunningPeer> {
    const { server, port } = await startNats(mode.isFlushed, directory);
    const connection = await connect({ port, maxReconnectAttempts: 0 });
    const manager = await jetstreamManager(connection);
    return {
      pids: [server.pid],
      async open(name: string): Promise<Channel> {
        await manager.streams.add({
          name,
          subjects: [name],
          storage: StorageType.File,
          allow_atomic: mode.isFlushed,
        });
        return new NatsChannel(connection, manager, name, mode.isFlushed);
      },
      async stop() {
        await connection.close();
        await server.stop();
      },
    };
  },
};

class NatsChannel implements Channel {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #name: string;
  readonly #isFlushed: boolean;

  constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    name: string,
    isFlushed: boolean,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#client = jetstream(connection);
    this.#name = name;
    this.#isFlushed = isFlushed;
  }

  async sender(): Promise<Sender> {
    return this.#isFlushed
      ? new AtomicSender(this.#client, this.#name)
      : new PipelinedSender(this.#connection, this.#client, this.#name);
  }

  async read({ from, onValues, onError }: ReadOptions): Promise<Reading> {
    const consumer = await this.#client.consumers.get(this.#name, {
      deliver_policy: from === 'start' ? DeliverPolicy.All : DeliverPolicy.New,
    });
    const messages = await consumer.consume({
      max_messages: AHEAD,
      callback: (message: JsMsg) => onValues([message.data]),
    });
    return closing(messages, onError);
  }

  async work({ batch, concurrency, onDone, onError }: WorkOptions): Promise<Reading> {
    const durable = `${this.#name}-workers`;
    const inHand = batch * concurrency;
    await this.#manager.consumers.add(this.#name, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: 2 * inHand,
    });
    const consumer = await this.#client.consumers.get(this.#name, durable);
    const groups = new AcknowledgedInGroups(batch, onDone, onError);
    const messages = await consumer.consume({
      max_messages: inHand,
      callback: (message: JsMsg) => groups.take(message),
    });
    const reading = closing(messages, onError);
    return {
      async close() {
        await reading.close();
        groups.close();
      },
    };
  }

  async count(): Promise<number> {
    const { state } = await this.#manager.streams.info(this.#name);
    return state.messages;
  }

  async drop(): Promise<void> {
    await this.#manager.streams.delete(this.#name);
  }
}

function closing(messages: ConsumerMessages, onError: (error: Error) => void): Reading {
  let isClosed = false;
  const watch = async () => {
    const error = await messages.closed();
    if (!isClosed) onError(error instanceof Error ? error : new Error('the consumer ended'));
  };
  watch().catch(onError);
  return {
    async close() {
      isClosed = true;
      await messages.close();
    },
  };
}
