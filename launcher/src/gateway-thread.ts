// The gateway's thread: loaded, opened once its broker stands, listened to, started again when it met a fault, told to end. What the thread does it
// does not know, and a fault of the thread never reaches the broker.

import { Worker } from 'node:worker_threads';
import {
  type FromWorker,
  type GatewayOptions,
  type OwnBroker,
  type ToWorker,
  WORKER_URL,
  type WorkerSettings,
} from '@millrace/gateway';
import { type OpenLog, StartError } from '@millrace/options';

export interface ThreadSources extends WorkerSettings {
  readonly opened: OpenLog;
  /** The code of the thread. */
  readonly code?: URL | undefined;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** Pauses before a thread that met a fault is started again, ms; they double. */
const RESTART_FIRST_MS = 250;
const RESTART_MAX_MS = 30_000;
/** A thread that ran for so long before its fault is started again without the pauses of earlier ones. */
const STEADY_MS = 60_000;
/** A scrape that the thread does not answer goes without it. */
const METRICS_WAIT_MS = 2_000;

export class GatewayThread {
  readonly #sources: ThreadSources;
  readonly #scrapes = new Map<number, (text: string) => void>();
  #options: GatewayOptions;
  #broker: OwnBroker | undefined;
  #first: Promise<Listening> | undefined;
  #worker: Worker | undefined;
  #scrapeId = 0;
  #pauseMs = RESTART_FIRST_MS;
  #restart: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(sources: ThreadSources) {
    this.#sources = sources;
    this.#options = sources.options;
  }

  /** Has the thread load its code, which takes as long as a broker's start, while that one is under way. */
  load(): void {
    this.#first ??= this.#start();
    // What ended it `open` tells.
    this.#first.catch(() => undefined);
  }

  /** Throws StartError where it cannot listen, and whatever ended the thread before it did. */
  async open(broker: OwnBroker): Promise<Listening> {
    this.#broker = broker;
    this.load();
    this.#tellToOpen(broker);
    const listening = await (this.#first as Promise<Listening>);
    // From now on it is that port, also after a fault.
    this.#options = { ...this.#options, httpPort: listening.port };
    return listening;
  }

  /** Empty while the thread is not there. */
  metrics(): Promise<string> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.resolve('');
    this.#scrapeId += 1;
    const id = this.#scrapeId;
    return new Promise((resolve) => {
      const settle = (text: string) => {
        clearTimeout(timer);
        this.#scrapes.delete(id);
        resolve(text);
      };
      const timer = setTimeout(() => settle(''), METRICS_WAIT_MS);
      this.#scrapes.set(id, settle);
      say(worker, { kind: 'metrics', id });
    });
  }

  /** Looks at once whether the files of TLS have changed. */
  reloadTls(): void {
    if (this.#worker !== undefined) say(this.#worker, { kind: 'reloadTls' });
  }

  /** Resolves when the thread is gone; running requests get `drainMs`. */
  async close(drainMs: number): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    say(worker, { kind: 'close', drainMs });
    await gone;
  }

  #tellToOpen(broker: OwnBroker): void {
    if (this.#worker !== undefined) say(this.#worker, { kind: 'open', broker });
  }

  #start(): Promise<Listening> {
    const { allowAnonymous, logLevel, otlpEndpoint, opened, code = WORKER_URL } = this.#sources;
    const options = this.#options;
    const workerData: WorkerSettings = { options, allowAnonymous, logLevel, otlpEndpoint };
    const worker = new Worker(code, { workerData, name: 'gateway' });
    this.#worker = worker;
    const startedAtMs = performance.now();
    return new Promise((resolve, reject) => {
      let fault: Error | undefined;
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'log') opened.passOn(message.line);
        else if (message.kind === 'listening') resolve(message);
        else if (message.kind === 'metrics') this.#scrapes.get(message.id)?.(message.text);
        // Spans that are still on their way to a collector would keep it.
        else if (message.kind === 'closed') void worker.terminate();
        else if (message.kind === 'refused') fault = new StartError(message.exit, message.message);
      });
      worker.on('error', (error: unknown) => {
        fault = error instanceof Error ? error : new Error(String(error));
      });
      worker.once('exit', () => {
        this.#worker = undefined;
        for (const settle of this.#scrapes.values()) settle('');
        reject(fault ?? new Error('The thread of the gateway ended before it listened.'));
        this.#ended(fault, performance.now() - startedAtMs);
      });
    });
  }

  #ended(fault: Error | undefined, ranMs: number): void {
    // Before the first start is over there is nothing to keep up.
    if (this.#isClosing || this.#options === this.#sources.options) return;
    if (ranMs > STEADY_MS) this.#pauseMs = RESTART_FIRST_MS;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, RESTART_MAX_MS);
    this.#sources.opened.log.error(
      { err: fault, event: 'gateway_failed', restartInMs: pauseMs },
      'The gateway met a fault and is started again; the broker goes on.',
    );
    this.#restart = setTimeout(() => {
      // Its end is told by `#ended`.
      this.#start().catch(() => undefined);
      if (this.#broker !== undefined) this.#tellToOpen(this.#broker);
    }, pauseMs);
  }
}

function say(worker: Worker, message: ToWorker): void {
  worker.postMessage(message, []);
}
