// How the gateway reaches its broker: where it is, over what, and as whom.

import { type Client, type ConnectOptions, codecs, connect, type Logger } from '@millrace/client';

export interface BrokerAccess {
  /** host:port, several by comma. */
  readonly brokers: string;
  readonly tls?: ConnectOptions['tls'];
  /** How the gateway itself logs in; undefined: as nobody. */
  readonly auth?: ConnectOptions['auth'];
  /** Whether callers have to show who they are. Undefined: where the broker asks the gateway. */
  readonly isRequired?: boolean | undefined;
  /** The broker's word on a credential counts for so long, ms; default 5 s. */
  readonly rememberedMs?: number | undefined;
}

/** Requests of callers fail at once when there has been no connection for so long, ms: they may try another gateway. */
const OFFLINE_MS = 2_000;

export type Connect = (
  more: Pick<ConnectOptions, 'clientName' | 'waitForBrokerMs' | 'signal' | 'actAs' | 'actFor'>,
) => Promise<Client>;

export function connector(access: BrokerAccess, logger: Logger | null): Connect {
  const { brokers, tls, auth } = access;
  const how = { brokers, tls, auth, codec: codecs.bytes, logger, failOfflineMs: OFFLINE_MS };
  return (more) => connect({ ...how, ...more });
}
