// Wires the broker together and takes it apart again in the opposite order. No logic.

import type { AddressInfo } from 'node:net';
import type { Log, Tracing } from '@millrace/options';
import { guardHandlers } from './access/guard-handlers.ts';
import { openAudit } from './audit/open-audit.ts';
import { createHandlers } from './handlers/create-handlers.ts';
import { DeadLetterLines } from './health/dead-letter-lines.ts';
import { storageTroubles } from './health/storage-troubles.ts';
import { openBuiltInTokens, openLogin } from './login/open-login.ts';
import { observeHandlers } from './metrics/observe-handlers.ts';
import { ShardSampler } from './metrics/sample-shard.ts';
import { ShardMetrics } from './metrics/shard-metrics.ts';
import { openStorage } from './open-storage.ts';
import type { BrokerOptions } from './options/table.ts';
import { chargeHandlers } from './quotas/charge-handlers.ts';
import { openQuotas } from './quotas/open-quotas.ts';
import { openSecurity, unlockSecrets } from './security/open-security.ts';
import { Server } from './server.ts';
import { SYSTEM_CLOCK } from './shard/clock.ts';
import type { MovedBatch } from './shard/moved-batches.ts';
import { openShard, type ShardOptions } from './shard/open-shard.ts';

export interface BrokerSources {
  readonly version: string;
  readonly log: Log;
  /** Writes a line of the log whatever its level. */
  readonly announce: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Calls it when files are to be read again. */
  readonly onHangup: (listener: () => void) => void;
  /** What runs beside the broker has to add to its metrics, as text. */
  readonly moreMetrics: () => Promise<string>;
  /** Nobody can tell what is on the disk: end the process before it says anything more. */
  readonly onFatal: (error: Error) => void;
  /** Undefined: nobody asks for traces. Who opened it closes it. */
  readonly tracing?: Tracing | undefined;
}

export interface BrokerAddresses {
  readonly protocolAddress: AddressInfo;
  readonly adminAddress: AddressInfo;
  /** What the gateway of this process logs in with, also where nobody else has to. It is nowhere else. */
  readonly gatewayToken: string;
}

export interface Broker extends BrokerAddresses {
  /** Answers what runs, ends what waits, commits and closes everything. */
  close(): Promise<void>;
}

/** Throws StartError. What was opened until then is closed again. */
export async function openBroker(options: BrokerOptions, sources: BrokerSources): Promise<Broker> {
  const { version, log, moreMetrics, onHangup } = sources;
  const metrics = new ShardMetrics();
  const server = new Server({ options, version, shardMetrics: metrics, moreMetrics, log });
  const closers: (() => Promise<void>)[] = [() => server.close()];
  const closeAll = async () => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const adminAddress = await server.openAdmin();
    if (options.tlsCert !== '') onHangup(() => server.reloadTls());
    const { audit, close: closeAudit } = openAudit(options, sources);
    closers.push(closeAudit);
    const storage = await openStorage(options);
    closers.push(() => storage.close());
    const topicName = (topicId: number) =>
      opened.shard.peek((state) => state.catalog.topics.get(topicId)?.name);
    const letters = await lettersTold(sources, topicName);
    closers.push(async () => letters.close());
    const opened = openShard({
      ...options,
      store: storage.store,
      clock: SYSTEM_CLOCK,
      random: Math.random,
      events: {
        ...shardEvents(metrics, sources),
        moved: letters.moved,
      },
    });
    closers.push(() => opened.close());
    const { shard, space } = opened;
    const sampler = new ShardSampler(shard, space, metrics);
    const { builtInTokens, gatewayToken } = openBuiltInTokens(options, storage.path, log);
    const security = openSecurity(options, storage, {
      audit,
      builtInTokens,
      onTakenAway: () => login.sessions.endInvalidSoon(),
    });
    await unlockSecrets(shard, security.secretsKey, options, log);
    const login = openLogin({
      options,
      security: () => shard.peek((state) => state.security),
      services: security,
      audit,
      nowMs: () => shard.nowMs(),
    });
    closers.push(async () => login.sessions.close());
    const guard = { state: () => shard.peek((state) => state), audit };
    const describeBroker = () => server.describe();
    const services = { shard, space, settings: options, metrics, security, describeBroker };
    const unguarded = createHandlers(services);
    const served = observeHandlers(guardHandlers(unguarded, guard), metrics);
    const handlers = chargeHandlers(served, openQuotas(options, shard));
    const protocolAddress = await server.serve({
      handlers,
      pressure: shard,
      instanceId: storage.instanceId,
      nowMs: () => shard.nowMs(),
      sample: () => sampler.whole(),
      named: () => sampler.named(),
      troubles: () => storageTroubles(space, metrics, performance.now()),
      login,
    });
    closers.push(() => server.drain());
    return { protocolAddress, adminAddress, gatewayToken, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** In the log, and in traces where somebody asks for them: otherwise nothing of that is loaded. */
async function lettersTold(
  { log, tracing, version }: Pick<BrokerSources, 'log' | 'tracing' | 'version'>,
  topicName: (topicId: number) => string | undefined,
) {
  const lines = new DeadLetterLines(log, topicName);
  const close = () => lines.close();
  if (tracing === undefined) return { moved: (batch: MovedBatch) => lines.moved(batch), close };
  const { letterSpans } = await import('./tracing/letter-spans.ts');
  const tell = letterSpans(tracing, version, topicName);
  const moved = (batch: MovedBatch) => {
    lines.moved(batch);
    tell(batch);
  };
  return { moved, close };
}

function shardEvents(
  metrics: ShardMetrics,
  { log, onFatal }: Pick<BrokerSources, 'log' | 'onFatal'>,
): ShardOptions['events'] {
  return {
    committed: (stats) => metrics.committed(stats.writes, stats.bytes, stats.latencyMs),
    deadLettered: (groupId, messages) => metrics.deadLettered(groupId, messages),
    compacted: (recordsRemoved, isDone) => metrics.compacted(recordsRemoved, isDone),
    reloaded: (err, tookMs) => {
      metrics.commitAborted();
      log.error(
        { event: 'commit_aborted', err, tookMs },
        'A commit was aborted; memory was loaded anew from the store.',
      );
    },
    quarantined: ({ topicId, partition, baseOffset, lastOffset, deadMessages, fault }) => {
      metrics.quarantined();
      log.error(
        {
          event: 'batch_quarantined',
          topicId,
          partition,
          baseOffset,
          lastOffset,
          deadMessages,
          fault,
        },
        'A batch on the disk is damaged: it was set aside, and its offsets are a gap.',
      );
    },
    backgroundFailed: (job, err) =>
      log.error(
        { event: 'background_failed', err, job },
        'Background work failed; it is tried again.',
      ),
    fatal: onFatal,
  };
}
