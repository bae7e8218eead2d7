// What a role is made of: parts that run until they are closed. Workers, transformers and views all have this shape.

import type { Client } from '@millrace/client';

export interface Part {
  /** Rejects where the part cannot go on; then the process ends, and whoever started it starts it again. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

export interface RoleOptions {
  readonly host: string;
  readonly port: number;
  /** Where the services outside keep what they were sent. */
  readonly outside: string;
  readonly say: (text: string) => void;
}

/** Gives its parts in the order in which they are to be closed. */
export type StartRole = (client: Client, options: RoleOptions) => Promise<readonly Part[]>;
