// Connects to the broker and makes what routes and SQS actions work with.

import { setMaxListeners } from 'node:events';
import { type Client, codecs, connect, type Logger } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import { type AccessKeys, NO_ACCESS_KEYS } from './http/credentials/access-keys.ts';
import { WaitingCallers } from './http/waiting-callers.ts';
import { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { createGroupQueues } from './receiver/group-queues.ts';
import { PooledReceiver } from './receiver/receiver.ts';
import type { Services } from './services.ts';

export interface ServicesSources {
  /** host:port, several by comma. */
  readonly brokers: string;
  readonly waitingMax: number;
  readonly logger: Logger | null;
  /** Keeps trying for this long before the first connection stands, ms. */
  readonly waitForBrokerMs: number;
  /** Ends the attempts to connect. */
  readonly signal?: AbortSignal | undefined;
  readonly accessKeys?: AccessKeys | undefined;
}

export interface OpenServices {
  readonly services: Services;
  readonly receiver: PooledReceiver;
  /** False while the broker cannot be reached. */
  readonly isReady: () => boolean;
  /** What waits gives up; what runs goes on. */
  stopWaiting(): void;
  /** What is on its way to the broker gets this time; default: as `client.close`. */
  close(timeoutMs?: number): Promise<void>;
}

const RECEIVER_IDLE_MS = 60_000;

/** Throws what `connect` throws. */
export async function openServices(sources: ServicesSources): Promise<OpenServices> {
  const { brokers, logger, waitForBrokerMs, signal } = sources;
  const how = { brokers, codec: codecs.bytes, logger };
  const open = (waitMs: number): Promise<Client> =>
    connect({ ...how, clientName: 'millrace-gateway', waitForBrokerMs: waitMs, signal });
  const client = await open(0).catch((error: unknown) => {
    const isAbsent = error instanceof MillraceError && error.code === 'CONNECTION_LOST';
    if (!isAbsent || waitForBrokerMs === 0) throw error;
    logger?.warn?.('The broker is not reachable; the gateway waits for it.', { brokers });
    return open(waitForBrokerMs);
  });
  const receiver = new PooledReceiver({
    open: () => connect({ ...how, clientName: 'millrace-gateway-receiver' }),
    waitingMax: sources.waitingMax,
    idleMs: RECEIVER_IDLE_MS,
  });
  const closing = new AbortController();
  // Every open feed listens to it.
  setMaxListeners(0, closing.signal);
  const producer = client.producer<Uint8Array>({ codec: codecs.bytes });
  return {
    services: {
      client,
      producer,
      receiver,
      queues: createGroupQueues(client),
      closing: closing.signal,
      waiting: new WaitingCallers(closing.signal),
      accessKeys: sources.accessKeys ?? NO_ACCESS_KEYS,
      metrics: new GatewayMetrics(),
    },
    receiver,
    isReady: () => client.isConnected && !closing.signal.aborted,
    stopWaiting: () => {
      closing.abort();
      receiver.stopWaiting();
    },
    close: async (timeoutMs) => {
      await receiver.close();
      await client.close({ timeoutMs });
    },
  };
}
