// One kind of work of the soak: it sends at a rate, follows what it sent to its end, and says what must not be. The lanes
// know nothing of each other, of kills, nor of what is measured.

import { type Client, type ConnectOptions, MillraceError } from '@millrace/client';
import type { Findings } from './findings.ts';

export interface Lane {
  readonly name: string;
  /** Records a second; Infinity: as fast as it can. */
  rate: number;
  /** Records whose way came to its end. */
  readonly done: number;
  start(): Promise<void>;
  /** Nothing new is sent; resolves when all that was sent has an outcome. */
  stopSending(): Promise<void>;
  /** All that was sent has come to its end. */
  readonly isComplete: boolean;
  /** Once it is complete, or did not become so in time. */
  conclude(): Promise<void>;
  /** Also of a lane that is still sending: where the broker is gone for good there is no outcome to wait for. */
  close(): Promise<void>;
}

export interface LaneContext {
  readonly findings: Findings;
  readonly recordBytes: number;
  /** Clients with connections of their own; the lane closes them. */
  readonly connect: (clientName: string) => Promise<Client>;
}

export const CLIENT_OPTIONS: Omit<ConnectOptions, 'brokers'> = {
  logger: null,
  waitForBrokerMs: 60_000,
  requestTimeoutMs: 60_000,
  retry: { firstDelayMs: 20, maxDelayMs: 500 },
};

/** What a kill may make of a request. Anything else is a finding. */
const EXPLAINED = new Set([
  'CONNECTION_LOST',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'BROKER_UNAVAILABLE',
]);

export function isExplained(error: unknown): boolean {
  return error instanceof MillraceError && EXPLAINED.has(error.code);
}

/** Resolves with whether it was done; an error that no kill explains is a finding. */
export async function unlessKilled(
  findings: Findings,
  what: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isExplained(error)) findings.add('refused', `${what}: ${String(error)}`);
    return false;
  }
}

/** What ends although it should go on is a finding. */
export function mustGoOn(findings: Findings, what: string, finished: Promise<unknown>): void {
  finished.catch((error: unknown) => findings.add('refused', `${what}: ${String(error)}`));
}
