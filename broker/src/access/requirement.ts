// What a row of the table of requirements is. Rows are in requirements-*.ts, and put together in requirements.ts.

import type { RequestOf, ResponseInput } from '@millrace/protocol';
import type { HandledApiName } from '../handlers/handler.ts';
import type { Asker } from './asker.ts';

/** What an administrative request is about, for the audit log: names, no values. */
export interface Deed {
  readonly resource: string;
  readonly name: string;
  readonly more?: Readonly<Record<string, unknown>>;
  /** It comes in floods, too: many make one line. */
  readonly isFrequent?: boolean;
}

export interface Requirement<N extends HandledApiName> {
  /** What it takes, for people. */
  readonly needs: string;
  /** Throws NOT_AUTHORIZED, for all of the request. What is refused item by item its handler refuses. */
  readonly check: (request: RequestOf<N>, ask: Asker) => void;
  /** Takes away what may not be seen of a list of all. */
  readonly shown?: (reply: ResponseInput<N>, request: RequestOf<N>, ask: Asker) => ResponseInput<N>;
  /** Of an administrative request; undefined: this one is not. */
  readonly deed?: (request: RequestOf<N>) => Deed | undefined;
}

export type RequirementsOf<Names extends HandledApiName> = {
  readonly [N in Names]: Requirement<N>;
};

/** The handler decides item by item. */
export const BY_ITEM = (): void => undefined;
