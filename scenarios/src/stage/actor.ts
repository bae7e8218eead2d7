// A worker or a producer as a process of its own: started with its flags, its event lines read as they come, ended by
// signals. It knows of the program the lines it prints.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TIED_NODE_FLAGS } from '@millrace/harness';
import { ACTOR_EVENTS, type ActorEvent, type ActorEventName } from './actor-event.ts';

/** A worker that is told to end finishes its message; those of scenarios take no longer. */
const END_MS_MAX = 60_000;

export type ActorProgram = 'worker' | 'producer';

export interface ActorExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ActorCommand {
  readonly name: string;
  readonly program: ActorProgram;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onEvent: (event: ActorEvent) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** They end with this process, at once where it has a last moment. One listener for all of them: there may be dozens. */
const RUNNING = new Set<Child>();
process.once('exit', () => {
  for (const child of RUNNING) child.kill('SIGKILL');
});

export class Actor {
  readonly name: string;
  readonly pid: number;
  /** All that it printed so far, in order. */
  readonly events: ActorEvent[] = [];
  /** Resolves when the process is gone and all its lines are read. */
  readonly exited: Promise<ActorExit>;
  readonly #child: Child;
  readonly #complaints: string[] = [];
  #exit: ActorExit | undefined;

  constructor({ name, program, flags, env, onEvent }: ActorCommand) {
    this.name = name;
    const args = [...TIED_NODE_FLAGS, programFile(program), ...flags];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.pid = this.#child.pid ?? 0;
    this.#child.stderr.on('data', (chunk: Buffer) => this.#complaints.push(chunk.toString()));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event === undefined) {
        this.#complaints.push(`${line}\n`);
        return;
      }
      this.events.push(event);
      onEvent(event);
    });
    this.exited = this.#untilGone();
  }

  /** Undefined while it runs. */
  get exit(): ActorExit | undefined {
    return this.#exit;
  }

  /** What it wrote beside its events. */
  get complaints(): string {
    return this.#complaints.join('');
  }

  count(name: ActorEventName): number {
    return this.events.filter(({ event }) => event === name).length;
  }

  /** Sends a signal, if it still runs, and waits until it is gone. Throws where it does not go. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<ActorExit> {
    if (this.#exit === undefined) this.#child.kill(signal);
    const gone = new AbortController();
    const tooLate = sleep(END_MS_MAX, undefined, gone).then(() => {
      throw new Error(`${this.name} was told to end (${signal}), and did not`);
    });
    try {
      return await Promise.race([this.exited, tooLate]);
    } finally {
      gone.abort();
    }
  }

  async #untilGone(): Promise<ActorExit> {
    const child = this.#child;
    RUNNING.add(child);
    const exit = await new Promise<ActorExit>((resolve) => {
      child.once('error', (error) => {
        this.#complaints.push(error.message);
        resolve({ code: null, signal: null });
      });
      // Not `exit`: the lines it printed last are read by then.
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    RUNNING.delete(child);
    this.#exit = exit;
    return exit;
  }
}

const NAMES: ReadonlySet<string> = new Set(ACTOR_EVENTS);

function parseEvent(line: string): ActorEvent | undefined {
  try {
    const event = JSON.parse(line) as ActorEvent;
    return NAMES.has(event.event) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Programs are run as they are built, also where this file is a source. */
export function programFile(program: ActorProgram): string {
  return fileURLToPath(new URL(`../../dist/${program}/main.js`, import.meta.url));
}
