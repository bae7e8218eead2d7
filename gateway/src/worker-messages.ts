// What the thread of a gateway and the thread that started it say to each other. Plain data.

import type { ExitName } from '@millrace/options';
import type { GatewayOptions } from './options/table.ts';

/** The broker of the same process. */
export interface OwnBroker {
  readonly brokers: string;
  /** Made for the gateway of this process; it never leaves it. Undefined: the broker takes the gateway as nobody. */
  readonly token: string | undefined;
  /** Its port speaks TLS. */
  readonly isEncrypted: boolean;
  /** Callers have to show who they are. */
  readonly isRequired: boolean;
}

/** Given at the start. */
export interface WorkerSettings {
  readonly options: GatewayOptions;
  /** Listen beyond loopback though the broker asks nobody. */
  readonly allowAnonymous: boolean;
  /** Empty: as the environment says. */
  readonly otlpEndpoint: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

export type ToWorker =
  /** The broker stands: listen. Once; before it the thread only loads its code. */
  | { readonly kind: 'open'; readonly broker: OwnBroker }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'close'; readonly drainMs: number }
  /** Look whether the files of TLS have changed. */
  | { readonly kind: 'reloadTls' };

export type FromWorker =
  | {
      readonly kind: 'listening';
      readonly host: string;
      readonly port: number;
      readonly url: string;
    }
  /** It cannot start, and would not at another try. */
  | { readonly kind: 'refused'; readonly exit: ExitName; readonly message: string }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }
  | { readonly kind: 'closed' };
