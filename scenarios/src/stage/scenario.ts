// What a scenario is: a claim, and a play that proves it on a stage. The table of them is plays/table.ts.

import type { Check } from '../proof.ts';
import type { Stage } from './stage.ts';

/** The ways to a queue: the native protocol, or the Amazon SQS API through the gateway. */
export const VIAS = ['native', 'sqs'] as const;
export type Via = (typeof VIAS)[number];

export const SPEEDS = ['fast', 'slow'] as const;
export type Speed = (typeof SPEEDS)[number];

export interface Scenario {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is proved, in one sentence. */
  readonly claim: string;
  readonly speed: Speed;
  readonly via: readonly Via[];
  /** What `--spoil` does, so that the claim is false: `the idempotency cache is off`. The play asks `stage.isSpoiled`. */
  readonly spoil: string;
  /** Throws where it cannot be played to its end; whether the claim holds is in the checks. */
  readonly play: (stage: Stage) => Promise<readonly Check[]>;
}
