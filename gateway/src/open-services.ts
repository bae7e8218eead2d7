// Connects to the broker and makes what routes and SQS actions work with: for everybody, or for each user.

import { setMaxListeners } from 'node:events';
import type { Client, Logger } from '@millrace/client';
import { MillraceError } from '@millrace/protocol';
import { WaitingCallers } from './http/waiting-callers.ts';
import { GatewayMetrics } from './metrics/gateway-metrics.ts';
import { ReceiverTally } from './receiver/receiver.ts';
import type { Services, Session } from './services.ts';
import { type BrokerAccess, type Connect, connector } from './sessions/broker-access.ts';
import { openSession } from './sessions/open-session.ts';
import { Sessions } from './sessions/sessions.ts';
import { BrokerVisitors } from './visitors/visitors.ts';

export interface ServicesSources {
  readonly broker: BrokerAccess;
  readonly waitingMax: number;
  readonly logger: Logger | null;
  /** Keeps trying for this long before the first connection stands, ms. */
  readonly waitForBrokerMs: number;
  /** Ends the attempts to connect. */
  readonly signal?: AbortSignal | undefined;
}

export interface OpenServices {
  readonly services: Services;
  /** The gateway's own; where nobody is asked, everybody's. */
  readonly session: Session;
  readonly tally: ReceiverTally;
  /** Undefined: nobody is asked. */
  readonly sessions: Sessions | undefined;
  /** False while the broker cannot be reached. */
  readonly isReady: () => boolean;
  /** What waits gives up; what runs goes on. */
  stopWaiting(): void;
  /** What is on its way to the broker gets this time; default: as `client.close`. */
  close(timeoutMs?: number): Promise<void>;
}

/** Callers at a time that have a connection of their own, in all and of one user: an address is another caller. */
const SESSIONS_MAX = 1_000;
const SESSIONS_PER_USER_MAX = 250;
/** A receive waits no longer than 20 s. */
const SESSION_IDLE_MS = 60_000;

/** Throws what `connect` throws, and NOT_AUTHORIZED where the gateway may not act for others. */
export async function openServices(sources: ServicesSources): Promise<OpenServices> {
  const { broker, logger } = sources;
  const connect = connector(broker, logger);
  const client = await firstConnection(connect, sources);
  const isRequired = broker.isRequired ?? client.broker.user !== null;
  if (isRequired) await mustDelegate(client);
  const closing = new AbortController();
  // Every open feed and session listens to it.
  setMaxListeners(0, closing.signal);
  const tally = new ReceiverTally(sources.waitingMax);
  const shared = { connect, tally, closing: closing.signal };
  const own = openSession({ ...shared, user: '', client });
  const sessions = isRequired ? userSessions(shared) : undefined;
  const visitors =
    sessions && new BrokerVisitors({ client, sessions, rememberedMs: broker.rememberedMs });
  return {
    services: {
      sessionOf:
        visitors === undefined ? () => own.session : (request) => visitors.sessionOf(request),
      visitors,
      closing: closing.signal,
      waiting: new WaitingCallers(closing.signal),
      metrics: new GatewayMetrics(),
    },
    session: own.session,
    tally,
    sessions,
    isReady: () => client.isConnected && !closing.signal.aborted,
    stopWaiting: () => closing.abort(),
    close: async (timeoutMs) => {
      await sessions?.close(timeoutMs);
      await own.close(timeoutMs);
    },
  };
}

async function firstConnection(connect: Connect, sources: ServicesSources): Promise<Client> {
  const { broker, logger, waitForBrokerMs, signal } = sources;
  const open = (waitMs: number): Promise<Client> =>
    connect({ clientName: 'millrace-gateway', waitForBrokerMs: waitMs, signal });
  try {
    return await open(0);
  } catch (error) {
    const isAbsent = error instanceof MillraceError && error.code === 'CONNECTION_LOST';
    if (!isAbsent || waitForBrokerMs === 0) throw error;
    const { brokers } = broker;
    logger?.warn?.('The broker is not reachable; the gateway waits for it.', { brokers });
    return open(waitForBrokerMs);
  }
}

/** Better at the start than at every request. Then the connection is closed again. */
async function mustDelegate(client: Client): Promise<void> {
  const items = [{ operation: 'delegate', resource: 'cluster', name: '' }] as const;
  try {
    const { answers } = await client.request('CheckAccess', { user: null, items: [...items] });
    if (answers[0]?.allowed !== true) throw new MillraceError('NOT_AUTHORIZED');
  } catch (error) {
    await client.close();
    throw error;
  }
}

interface Shared {
  readonly connect: Connect;
  readonly tally: ReceiverTally;
  readonly closing: AbortSignal;
}

function userSessions(shared: Shared): Sessions {
  return new Sessions({
    max: SESSIONS_MAX,
    maxOfUser: SESSIONS_PER_USER_MAX,
    idleMs: SESSION_IDLE_MS,
    open: async ({ user, address }, signal) => {
      const acting = { clientName: 'millrace-gateway', actAs: user, actFor: address };
      const client = await shared.connect({ ...acting, signal });
      return openSession({ ...shared, user, address, client });
    },
  });
}
