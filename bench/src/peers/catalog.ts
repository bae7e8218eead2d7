// The peers by name, as the parent process knows them: it loads no client. What a peer is and does is its PeerKind, in
// `bench/peers`, a package of its own that need not be installed.

export interface CatalogRow {
  readonly name: string;
  readonly title: string;
  /** The client library, as its package is named. */
  readonly client: string;
  /** Its client does not run under older ones. */
  readonly nodeMajorMin?: number;
}

export const MILLRACE = 'millrace';

/** In the order of tables. */
export const CATALOG: readonly CatalogRow[] = [
  { name: MILLRACE, title: 'Millrace', client: '@millrace/client' },
  { name: 'kafka', title: 'Apache Kafka', client: 'kafka-clients (Java)' },
  { name: 'kafka-share', title: 'Apache Kafka share group', client: 'kafka-clients (Java)' },
  { name: 'rabbitmq-quorum', title: 'RabbitMQ quorum queue', client: 'amqplib' },
  { name: 'rabbitmq-stream', title: 'RabbitMQ stream', client: 'stream-client (Java)' },
  { name: 'nats', title: 'NATS JetStream', client: '@nats-io/jetstream' },
  { name: 'redis-streams', title: 'Redis Streams', client: 'ioredis' },
  { name: 'bullmq', title: 'BullMQ on Redis', client: 'bullmq' },
  { name: 'pg-boss', title: 'pg-boss on PostgreSQL', client: 'pg-boss', nodeMajorMin: 22 },
  { name: 'elasticmq', title: 'ElasticMQ (SQS)', client: '@aws-sdk/client-sqs' },
];

export const PEER_NAMES = CATALOG.map(({ name }) => name);
