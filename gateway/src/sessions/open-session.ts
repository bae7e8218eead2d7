// Makes of a connection to the broker what routes and SQS actions work with, and closes it again.

import { type Client, codecs } from '@millrace/client';
import { createGroupQueues } from '../receiver/group-queues.ts';
import { PooledReceiver, type ReceiverTally } from '../receiver/receiver.ts';
import type { Connect } from './broker-access.ts';
import type { OpenSession } from './sessions.ts';

export interface SessionSources {
  /** Empty: nobody is asked. */
  readonly user: string;
  /** Whom it is done for, as the audit log tells it. */
  readonly address?: string | undefined;
  readonly client: Client;
  /** For receives that wait: in the name of the same user. */
  readonly connect: Connect;
  /** Of all sessions together. */
  readonly tally: ReceiverTally;
  readonly closing: AbortSignal;
}

const RECEIVER_IDLE_MS = 60_000;

export function openSession(sources: SessionSources): OpenSession {
  const { user, address: actFor, client, connect, tally, closing } = sources;
  const actAs = user === '' ? undefined : user;
  const receiver = new PooledReceiver({
    open: () => connect({ clientName: 'millrace-gateway-receiver', actAs, actFor }),
    tally,
    idleMs: RECEIVER_IDLE_MS,
  });
  const stopWaiting = () => receiver.stopWaiting();
  closing.addEventListener('abort', stopWaiting, { once: true });
  return {
    session: {
      user,
      client,
      producer: client.producer<Uint8Array>({ codec: codecs.bytes }),
      receiver,
      queues: createGroupQueues(client),
      closing,
    },
    get isConnected() {
      return client.isConnected;
    },
    close: async (timeoutMs) => {
      closing.removeEventListener('abort', stopWaiting);
      await receiver.close();
      await client.close({ timeoutMs });
    },
  };
}
