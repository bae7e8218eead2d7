// What the thread of a gateway and the thread that started it say to each other. Plain data.

import type { ExitName } from '@millrace/options';
import type { GatewayOptions } from './options/table.ts';

/** Given at the start. */
export interface WorkerSettings {
  readonly options: GatewayOptions;
  readonly brokers: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
}

export type ToWorker =
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'close'; readonly drainMs: number };

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
