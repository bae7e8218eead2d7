// The kinds of peers by name, each loaded when it is asked for: no client shares a process with another.

import type { PeerKind } from '@millrace/bench';

export const KINDS: Readonly<Record<string, () => Promise<PeerKind>>> = {
  nats: async () => (await import('./nats/nats.ts')).natsJetStream,
  'redis-streams': async () => (await import('./redis/redis-streams.ts')).redisStreams,
  bullmq: async () => (await import('./redis/bullmq.ts')).bullmq,
  'pg-boss': async () => (await import('./pg-boss/pg-boss.ts')).pgBoss,
  elasticmq: async () => (await import('./elasticmq/elasticmq.ts')).elasticmq,
};
