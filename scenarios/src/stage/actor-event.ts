// What workers and producers print: one JSON object a line on standard output. The stage reads it, plays count it.

export const ACTOR_EVENTS = [
  'started',
  'received',
  'side-effect',
  'completed',
  'already-there',
  'duplicate',
  'stale',
  'rejected',
  'failed',
  'returned',
  'refused',
  'unreachable',
  'crashing',
  'stopping',
  'stopped',
  'acknowledged',
  'summary',
] as const;

export type ActorEventName = (typeof ACTOR_EVENTS)[number];

export interface ActorEvent {
  readonly event: ActorEventName;
  /** ms since 1970. */
  readonly atMs: number;
  /** Name of the worker or producer. */
  readonly worker: string;
  /** Of the queue. */
  readonly messageId?: string;
  /** Of the payload: the same for two messages that mean the same. */
  readonly id?: string;
  /** Of the payload: 1, 2, 3 as the producer sent them. */
  readonly sequence?: number;
  /** Of the message: how often it was received, this time included. */
  readonly attempts?: number;
  /** How many messages came with it. */
  readonly batch?: number;
  /** Of a FIFO message. */
  readonly group?: string;
  /** Why, where something failed, was rejected or was left undone. */
  readonly reason?: string;
  /** Of what a producer sent: when it was on its way, ms since 1970. */
  readonly begunAtMs?: number;
  /** Of the summary of a producer. */
  readonly sent?: number;
  readonly acknowledged?: number;
  /** How many of those sent carry the marker of poison. */
  readonly poison?: number;
}
