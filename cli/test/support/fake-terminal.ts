// A terminal for tests: what is written is kept, what is read is given, signals are sent by hand.
import { PassThrough, type Readable, Writable } from 'node:stream';
import type { Terminal } from '../../src/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly out: () => string;
  readonly err: () => string;
  readonly send: (signal: 'SIGINT' | 'SIGTERM') => void;
  readonly exits: number[];
}

export interface FakeOptions {
  readonly input?: string | Readable;
  readonly env?: { readonly [name: string]: string };
  /** Streams that claim to be a terminal. */
  readonly isTTY?: boolean;
}

export function fakeTerminal({ input = '', env = {}, isTTY }: FakeOptions = {}): FakeTerminal {
  const stdout = new Sink();
  const stderr = new Sink();
  const stdin = typeof input === 'string' ? streamOf(input) : input;
  const listeners = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const exits: number[] = [];
  for (const stream of [stdin, stdout, stderr]) Object.assign(stream, { isTTY });
  return {
    stdin,
    stdout,
    stderr,
    env,
    exits,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => exits.push(code),
    out: () => stdout.text,
    err: () => stderr.text,
    send: (signal) => {
      for (const listener of listeners) listener(signal);
    },
  };
}

function streamOf(text: string): Readable {
  const stream = new PassThrough();
  stream.end(text);
  return stream;
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
