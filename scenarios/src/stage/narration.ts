// What an event line says in plain words: who, what, which message, which attempt.

import type { ActorEvent, ActorEventName } from './actor-event.ts';

/** Undefined: it is not told. */
type Words = ((event: ActorEvent) => string) | undefined;

const WORDS = {
  started: () => 'starts',
  received: (event) => `receives ${message(event)}${attempt(event)}`,
  'side-effect': (event) => `has the effect of ${message(event)}`,
  completed: (event) => `is done with ${message(event)}`,
  duplicate: (event) => `knows ${message(event)} already: no effect, deletes it${attempt(event)}`,
  'already-there': (event) => `finds the effect of ${message(event)} there: it was done before`,
  stale: (event) => `drops ${message(event)}${reason(event)}`,
  rejected: (event) => `refuses ${message(event)}${attempt(event)}${reason(event)}`,
  failed: (event) => `fails at ${message(event)}${attempt(event)}${reason(event)}`,
  returned: (event) => `gives ${message(event)} back, not begun`,
  refused: (event) => `hears that what it said of ${message(event)} does not count${reason(event)}`,
  unreachable: (event) => `cannot reach the queue${reason(event)}`,
  crashing: (event) => `crashes (SIGKILL) with ${message(event)} in hand${reason(event)}`,
  stopping: () => 'was told to stop: takes no more',
  stopped: () => 'stops',
  // The summary says it of all of them.
  acknowledged: undefined,
  summary: ({ sent = 0, acknowledged = 0 }) =>
    acknowledged === sent
      ? `sent ${sent} messages, all were acknowledged`
      : `sent ${sent} messages, ${acknowledged} of them were acknowledged`,
} as const satisfies Record<ActorEventName, Words>;

/** Undefined where there is nothing to tell. */
export function narrated(event: ActorEvent): string | undefined {
  const words: Words = WORDS[event.event];
  return words === undefined ? undefined : `${event.worker} ${words(event)}`;
}

function message({ sequence, group, messageId }: ActorEvent): string {
  if (sequence === undefined && messageId === undefined) return 'nothing';
  const of = group === undefined ? '' : ` of group ${group}`;
  return `message ${sequence ?? messageId}${of}`;
}

function attempt({ attempts }: ActorEvent): string {
  return attempts === undefined ? '' : ` (attempt ${attempts})`;
}

function reason({ reason: why }: ActorEvent): string {
  return why === undefined ? '' : `: ${why}`;
}
