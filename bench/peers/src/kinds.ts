// The kinds of peers by name, each loaded when it is asked for: no client shares a process with another.

import type { PeerKind } from '@millrace/bench';

export const KINDS: Readonly<Record<string, () => Promise<PeerKind>>> = {
  kafka: async () => (await import('./kafka/kafka.ts')).kafka,
  'kafka-share': async () => (await import('./kafka/kafka.ts')).kafkaShare,
  'rabbitmq-quorum': async () => (await import('./rabbitmq/rabbitmq-quorum.ts')).rabbitmqQuorum,
  'rabbitmq-stream': async () => (await import('./rabbitmq/rabbitmq-stream.ts')).rabbitmqStream,
  nats: async () => (await import('./nats/nats.ts')).natsJetStream,
  'redis-streams': async () => (await import('./redis/redis-streams.ts')).redisStreams,
  bullmq: async () => (await import('./redis/bullmq.ts')).bullmq,
  'pg-boss': async () => (await import('./pg-boss/pg-boss.ts')).pgBoss,
  elasticmq: async () => (await import('./elasticmq/elasticmq.ts')).elasticmq,
};
