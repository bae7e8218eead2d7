// A client that exists in Java alone, as a process of its own: what is opened there, sent there and told from there.
// It knows no peer; what the settings mean is the Java program's affair.

import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

import { withTimeout } from '../server/timeout.ts';
import {
  decodeValues,
  encodeSend,
  encodeText,
  FROM_JAVA,
  type Frame,
  FrameReader,
  TO_JAVA,
} from './frames.ts';

const OPEN_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 20_000;

export interface JavaProgram {
  /** Directories of classes, and of jars with `/*`. */
  readonly classPath: readonly string[];
  readonly mainClass: string;
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  /** Where what it prints to standard error goes. */
  readonly logFile: string;
}

export type JavaSettings = Readonly<Record<string, string | number>>;

export interface JavaListener {
  readonly onValues: (values: readonly Uint8Array[]) => void;
  readonly onError: (error: Error) => void;
}

interface Waiting {
  resolve(number: number): void;
  reject(error: Error): void;
}

export class JavaClient {
  private readonly process: ChildProcess;
  private readonly input: Writable;
  private readonly listeners = new Map<number, JavaListener>();
  /** Opens and closes by number, sends by sequence. */
  private readonly opening = new Map<number, Waiting>();
  private readonly closing = new Map<number, Waiting>();
  private readonly sending = new Map<number, Waiting>();
  private readonly gone: Promise<void>;
  private idLast = 0;
  private sequenceLast = 0;
  private stopping = false;
  private ended = false;

  constructor(program: JavaProgram) {
    const log = openSync(program.logFile, 'a');
    const { options, classPath, mainClass } = program;
    const settings = [...options, '-cp', classPath.join(':'), mainClass, ...program.arguments];
    this.process = spawn('java', settings, { stdio: ['pipe', 'pipe', log] });
    this.input = this.process.stdin as Writable;
    const reader = new FrameReader();
    (this.process.stdout as Readable).on('data', (chunk: Buffer) => {
      for (const frame of reader.read(chunk)) this.onFrame(frame);
    });
    // The end of the process says more than the broken pipe.
    this.input.on('error', () => undefined);
    this.gone = new Promise((resolve) => {
      this.process.once('error', (error) => resolve(this.onGone(error)));
      this.process.once('exit', (code, signal) => {
        const how = `The Java client ended by itself (${signal ?? code}); it wrote to ${program.logFile}.`;
        resolve(this.onGone(new Error(how)));
      });
    });
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  /** Opens what the settings say, and hears what it tells until it is closed. */
  async open(settings: JavaSettings, listener?: JavaListener): Promise<number> {
    const id = ++this.idLast;
    if (listener !== undefined) this.listeners.set(id, listener);
    await this.request(id, settings);
    return id;
  }

  /** Has something done that stays open for nobody; resolves with the number that comes back. */
  ask(settings: JavaSettings): Promise<number> {
    return this.request(++this.idLast, settings);
  }

  private request(id: number, settings: JavaSettings): Promise<number> {
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    const ready = this.wait(this.opening, id, encodeText(TO_JAVA.open, id, text.join('')));
    return withTimeout(
      ready,
      OPEN_TIMEOUT_MS,
      `The Java client did not answer to ${settings['what']}`,
    );
  }

  /** Resolves when all are acknowledged. How long it waits is the Java program's affair: the clients have a limit. */
  async send(id: number, values: readonly Uint8Array[], alone: boolean): Promise<void> {
    const sequence = ++this.sequenceLast;
    await this.wait(this.sending, sequence, encodeSend(id, sequence, values, alone));
  }

  async close(id: number): Promise<void> {
    const closed = this.wait(this.closing, id, encodeText(TO_JAVA.close, id, ''));
    await withTimeout(closed, CLOSE_TIMEOUT_MS, 'The Java client did not close what it had open');
    this.listeners.delete(id);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.process.kill('SIGKILL');
    await this.gone;
  }

  private wait(where: Map<number, Waiting>, key: number, frame: Buffer): Promise<number> {
    if (this.ended) return Promise.reject(new Error('The Java client has ended.'));
    return new Promise((resolve, reject) => {
      where.set(key, { resolve, reject });
      this.input.write(frame);
    });
  }

  private onFrame(frame: Frame): void {
    const { kind, id, body } = frame;
    if (kind === FROM_JAVA.values) this.listeners.get(id)?.onValues(decodeValues(body));
    else if (kind === FROM_JAVA.acknowledged) settle(this.sending, body.readInt32BE(0), 0);
    else if (kind === FROM_JAVA.ready) settle(this.opening, id, body.readInt32BE(0));
    else if (kind === FROM_JAVA.closed) settle(this.closing, id, 0);
    else if (kind === FROM_JAVA.failed) this.onFailed(frame);
    else throw new Error(`The Java client sent a frame of kind ${kind}.`);
  }

  private onFailed({ id, body }: Frame): void {
    const sequence = body.readInt32BE(0);
    const error = new Error(body.toString('utf8', 4));
    if (sequence >= 0) {
      settle(this.sending, sequence, error);
      return;
    }
    settle(this.opening, id, error);
    settle(this.closing, id, error);
    this.listeners.get(id)?.onError(error);
  }

  private onGone(error: Error): void {
    this.ended = true;
    for (const waiting of [this.opening, this.closing, this.sending]) {
      for (const key of waiting.keys()) settle(waiting, key, error);
    }
    if (this.stopping) return;
    for (const listener of this.listeners.values()) listener.onError(error);
  }
}

function settle(where: Map<number, Waiting>, key: number, outcome: number | Error): void {
  const waiting = where.get(key);
  where.delete(key);
  if (outcome instanceof Error) waiting?.reject(outcome);
  else waiting?.resolve(outcome);
}
