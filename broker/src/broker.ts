// Wires the broker together and takes it apart again in the opposite order. No logic.

import type { AddressInfo } from 'node:net';
import type { Log } from '@millrace/options';
import { createHandlers } from './handlers/create-handlers.ts';
import { storageTroubles } from './health/storage-troubles.ts';
import { observeHandlers } from './metrics/observe-handlers.ts';
import { sampleShard } from './metrics/sample-shard.ts';
import { ShardMetrics } from './metrics/shard-metrics.ts';
import { openStorage } from './open-storage.ts';
import type { BrokerOptions } from './options/table.ts';
import { openSecurity } from './security/open-security.ts';
import { Server } from './server.ts';
import { SYSTEM_CLOCK } from './shard/clock.ts';
import { openShard } from './shard/open-shard.ts';

export interface BrokerSources {
  readonly version: string;
  readonly log: Log;
  /** What runs beside the broker has to add to its metrics, as text. */
  readonly moreMetrics: () => Promise<string>;
  /** Nobody can tell what is on the disk: end the process before it says anything more. */
  readonly onFatal: (error: Error) => void;
}

export interface BrokerAddresses {
  readonly protocolAddress: AddressInfo;
  readonly adminAddress: AddressInfo;
}

export interface Broker extends BrokerAddresses {
  /** Answers what runs, ends what waits, commits and closes everything. */
  close(): Promise<void>;
}

/** Throws StartError. What was opened until then is closed again. */
export async function openBroker(options: BrokerOptions, sources: BrokerSources): Promise<Broker> {
  const { version, log, moreMetrics, onFatal } = sources;
  const metrics = new ShardMetrics();
  const server = new Server({ options, version, shardMetrics: metrics, moreMetrics, log });
  const closers: (() => Promise<void>)[] = [() => server.close()];
  const closeAll = async () => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const adminAddress = await server.openAdmin();
    const storage = await openStorage(options);
    closers.push(() => storage.close());
    const opened = openShard({
      ...options,
      store: storage.store,
      clock: SYSTEM_CLOCK,
      random: Math.random,
      events: {
        committed: (stats) => metrics.committed(stats.writes, stats.bytes, stats.latencyMs),
        deadLettered: (messages) => metrics.deadLettered(messages),
        compacted: (recordsRemoved, isDone) => metrics.compacted(recordsRemoved, isDone),
        reloaded: (err, tookMs) => {
          metrics.commitAborted();
          log.error(
            { err, tookMs },
            'A commit was aborted; memory was loaded anew from the store.',
          );
        },
        backgroundFailed: (job, err) =>
          log.error({ err, job }, 'Background work failed; it is tried again.'),
        fatal: onFatal,
      },
    });
    closers.push(() => opened.close());
    const { shard, space } = opened;
    const security = openSecurity(options, storage, {
      builtInTokens: [],
      ended: () => undefined,
    });
    const handlers = observeHandlers(
      createHandlers({ shard, space, settings: options, metrics, security }),
      metrics,
    );
    const protocolAddress = await server.serve({
      handlers,
      pressure: shard,
      instanceId: storage.instanceId,
      nowMs: () => shard.nowMs(),
      sample: () => sampleShard(shard, space),
      troubles: () => storageTroubles(space, metrics, performance.now()),
    });
    closers.push(() => server.drain());
    return { protocolAddress, adminAddress, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
