// What workers and producers tell: an event line on standard output for programs, and its words on standard error for people.

import type { ActorEvent, ActorEventName } from '../stage/actor-event.ts';
import { narrated } from '../stage/narration.ts';
import type { WorkerKnobs } from './knobs.ts';
import type { Task } from './task.ts';

type Level = WorkerKnobs['logLevel'];
type Teller = Pick<WorkerKnobs, 'name' | 'logLevel'>;

/** JSON has no undefined: such a field is not on the line. */
type Facts = { readonly event: ActorEventName } & {
  readonly [F in keyof Omit<ActorEvent, 'event' | 'atMs' | 'worker'>]?: ActorEvent[F] | undefined;
};

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const satisfies readonly Level[];

const EXIT_UNREAD = 1;

/** Events that are not told to people as plain information. */
const LEVEL_OF: { readonly [E in ActorEventName]?: Level } = {
  received: 'DEBUG',
  'side-effect': 'DEBUG',
  acknowledged: 'DEBUG',
  rejected: 'WARN',
  failed: 'WARN',
  refused: 'WARN',
  unreachable: 'WARN',
  crashing: 'ERROR',
};

export type Emit = (event: ActorEventName, task?: Task, reason?: string) => void;

export function reporterOf(teller: Teller): Emit {
  return (event, task, reason) => printEvent(teller, { event, ...factsOf(task), reason });
}

/** Who goes on unread would be told of by nobody: it ends, as at a crash. */
export function endWhenUnread(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => process.exit(EXIT_UNREAD));
}

/** The line is written before it returns: a crash right behind it cuts nothing off. */
export function printEvent({ name, logLevel }: Teller, facts: Facts): void {
  const { event, ...rest } = facts;
  const line = { event, atMs: Date.now(), worker: name, ...rest } as ActorEvent;
  process.stdout.write(`${JSON.stringify(line)}\n`);
  const level = LEVEL_OF[event] ?? 'INFO';
  const words = narrated(line);
  if (words === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(logLevel)) return;
  process.stderr.write(`${level} ${words}\n`);
}

function factsOf(task: Task | undefined) {
  if (task === undefined) return {};
  const { messageId, attempts, batch, group, payload } = task;
  const { id, sequence } = payload ?? {};
  return { messageId, id, sequence, attempts, batch, group };
}
