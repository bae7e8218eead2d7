// What a play has: a real server on a directory of its own, a client, queues, workers and producers as processes, and a way
// to wait for what must come. Whatever was started here ends with it.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQS } from '@aws-sdk/client-sqs';
import { type Client, connect } from '@millrace/client';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { knobFlags, knobVariables } from '../knobs/parse-knobs.ts';
import { PRODUCER_KNOBS, type ProducerKnobs } from '../producer/knobs.ts';
import { WORKER_KNOBS, type WorkerKnobs } from '../worker/knobs.ts';
import { Actor, type ActorExit, type ActorProgram } from './actor.ts';
import type { ActorEvent, ActorEventName } from './actor-event.ts';
import { narrated } from './narration.ts';
import { makeQueue, type QueueSettings, type StageQueue } from './queue.ts';
import type { Via } from './scenario.ts';
import { dialSqs } from './sqs.ts';

const LOOK_EVERY_MS = 20;
/** For what takes a second where nothing else is going on: a machine may be busy. */
const WAIT_SECONDS_MAX = 60;
/** A producer tries for a minute, and says then what it could not send. */
const SEND_SECONDS_MAX = 120;

export interface StageOptions {
  readonly via: Via;
  /** The claim is to be false. */
  readonly isSpoiled: boolean;
  /** Hears each step. */
  readonly say: (step: string) => void;
  /** The directory stays. */
  readonly isKept?: boolean | undefined;
  /** Nothing is waited for any more. */
  readonly signal: AbortSignal;
  /** Hears what is waited for, and undefined when it came. */
  readonly onWait: (what: string | undefined) => void;
  /** Gets what `show` shows. */
  readonly onShow: (name: string, text: string, data: unknown) => void;
}

export interface ActorOptions {
  /** Its events are not told one by one: there are too many. */
  readonly isQuiet?: boolean;
}

export class Stage {
  readonly via: Via;
  readonly isSpoiled: boolean;
  readonly server: MillraceProcess;
  readonly client: Client;
  /** For what only the SQS API has; the queues of a scenario are made by `queue`. */
  readonly sqs: SQS;
  readonly #options: StageOptions;
  readonly #directory: TemporaryDirectory;
  readonly #actors: Actor[] = [];
  #isClosed = false;

  private constructor(
    options: StageOptions,
    directory: TemporaryDirectory,
    server: MillraceProcess,
    client: Client,
  ) {
    this.#options = options;
    this.via = options.via;
    this.isSpoiled = options.isSpoiled;
    this.#directory = directory;
    this.server = server;
    this.client = client;
    this.sqs = dialSqs(server.httpUrl);
  }

  /** Starts the server; `flags` are its own. */
  static async open(options: StageOptions, flags: readonly string[] = []): Promise<Stage> {
    const directory = new TemporaryDirectory('millrace-scenario-');
    let server: MillraceProcess | undefined;
    try {
      server = await MillraceProcess.launch({ dataDir: join(directory.path, 'data'), flags });
      const { address, httpUrl, pid } = server;
      const client = await connect({ brokers: address, clientName: 'scenario', logger: null });
      options.say(`the server (pid ${pid}) answers at ${address} and at ${httpUrl}`);
      return new Stage(options, directory, server, client);
    } catch (error) {
      await server?.end('SIGKILL');
      directory.remove();
      throw error;
    }
  }

  get directory(): string {
    return this.#directory.path;
  }

  /** The external system's ledger: every side effect, as workers append it. */
  get ledgerPath(): string {
    return join(this.directory, 'ledger');
  }

  /** Our own status table. */
  get statusPath(): string {
    return join(this.directory, 'status');
  }

  say(step: string): void {
    this.#options.say(step);
  }

  /** A picture of many lines, and what it is made of for `--json`. */
  show(name: string, text: string, data: unknown): void {
    this.#options.onShow(name, text, data);
  }

  /** Made over the native administration or the SQS API, by `via`. */
  async queue(name: string, settings: QueueSettings): Promise<StageQueue> {
    const queue = await makeQueue(this, name, settings);
    const { visibilityTimeoutSeconds, maxReceives } = settings;
    const dead = maxReceives === undefined ? '' : `, dead letters after ${maxReceives} receives`;
    this.say(`queue ${name} is made: visibility timeout ${visibilityTimeoutSeconds} s${dead}`);
    return queue;
  }

  /** Starts a worker and comes back when it says that it started. */
  async worker(
    name: string,
    queue: StageQueue,
    knobs: Partial<WorkerKnobs> = {},
    options: ActorOptions = {},
  ): Promise<Actor> {
    const stores = { ledger: this.ledgerPath, status: this.statusPath };
    const told = { ...this.#place(name, queue), ...stores, ...knobs };
    const worker = this.#start('worker', name, knobFlags(WORKER_KNOBS, told), options);
    await this.until(`${name} is started`, () => worker.count('started') > 0 || died(worker));
    return worker;
  }

  /** Runs a producer to its end and gives its summary. Throws where it fails. */
  async produce(
    name: string,
    queue: StageQueue,
    knobs: Partial<ProducerKnobs> = {},
    options: ActorOptions = {},
  ): Promise<ActorEvent> {
    const producer = this.producer(name, queue, knobs, options);
    const { code } = await this.untilGone(producer, SEND_SECONDS_MAX);
    const summary = producer.events.find(({ event }) => event === 'summary');
    if (code !== 0 || summary === undefined)
      throw new Error(`producer ${name} failed (${code}): ${producer.complaints}`);
    return summary;
  }

  /** Starts a producer that goes on beside the play. */
  producer(
    name: string,
    queue: StageQueue,
    knobs: Partial<ProducerKnobs> = {},
    options: ActorOptions = {},
  ): Actor {
    const told = { ...this.#place(name, queue), ...knobs };
    return this.#start('producer', name, knobFlags(PRODUCER_KNOBS, told), options);
  }

  /** Waits until so many events of a kind were printed by these actors together. */
  async untilEvents(
    actors: readonly Actor[],
    event: ActorEventName,
    count: number,
    seconds?: number,
  ): Promise<void> {
    const names = actors.map(({ name }) => name).join(', ');
    const found = () => actors.reduce((sum, actor) => sum + actor.count(event), 0);
    await this.until(`${names}: ${count} times ${event}`, () => found() >= count, seconds);
  }

  /** Waits until it has ended by itself, and all its lines are read. */
  async untilGone(actor: Actor, seconds?: number): Promise<ActorExit> {
    await this.until(`${actor.name} is gone`, () => actor.exit !== undefined, seconds);
    return actor.exited;
  }

  /** Asks again and again; throws with what was waited for where it does not come. */
  async until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    seconds = WAIT_SECONDS_MAX,
  ): Promise<void> {
    const giveUpAt = performance.now() + seconds * 1_000;
    const { onWait, signal } = this.#options;
    onWait(what);
    try {
      while (!(await holds())) {
        signal.throwIfAborted();
        if (performance.now() > giveUpAt) throw new Error(`waited ${seconds} s until ${what}`);
        await sleep(LOOK_EVERY_MS);
      }
    } finally {
      onWait(undefined);
    }
  }

  /** Ends every process that was started here and removes the directory. A play that is still going on starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#actors.map((actor) => actor.end('SIGKILL')));
    this.sqs.destroy();
    try {
      await this.client.close();
    } finally {
      await this.server.end('SIGTERM');
      if (this.#options.isKept !== true) this.#directory.remove();
    }
  }

  /** What every program is told. */
  #place(name: string, { name: queue }: StageQueue) {
    const { via } = this;
    const { address: broker, httpUrl: endpoint } = this.server;
    return { via, broker, endpoint, queue, name };
  }

  #start(
    program: ActorProgram,
    name: string,
    flags: readonly string[],
    { isQuiet = false }: ActorOptions,
  ): Actor {
    if (this.#isClosed) throw new Error(`${name} comes too late: the play is over`);
    const onEvent = (event: ActorEvent) => {
      const words = isQuiet ? undefined : narrated(event);
      if (words !== undefined) this.say(words);
    };
    const actor = new Actor({ name, program, flags, env: environment(), onEvent });
    this.#actors.push(actor);
    return actor;
  }
}

/** Without knobs: whoever starts a scenario may have a `LOG_LEVEL` or a `SEED` of other programs. */
function environment(): NodeJS.ProcessEnv {
  const knobs = new Set([...knobVariables(WORKER_KNOBS), ...knobVariables(PRODUCER_KNOBS)]);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !knobs.has(name)));
}

/** Throws with what it said, where it ended before it did anything. */
function died({ name, exit, complaints }: Actor): false {
  if (exit === undefined) return false;
  throw new Error(`${name} ended (${exit.code ?? exit.signal}): ${complaints}`);
}
