// Shapes of what the gateway answers and takes, by the names that the page has for them. Types alone.
import type { Brokers } from '@millrace/gateway/rest-types';

export type {
  AccessAsked,
  AccessTold,
  Brokers,
  Dashboard,
  GroupLag,
  GroupList,
  QueueCounts,
  SessionInfo,
  Totals,
} from '@millrace/gateway/rest-types';

/** How a broker is, of its own telling. */
export type BrokerDescription = Brokers['brokers'][number];

export type NewSession =
  | { readonly token: string }
  | { readonly user: string; readonly password: string };
