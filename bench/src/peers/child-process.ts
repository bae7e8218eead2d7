// The parent's side of the process of one peer and mode: what it says comes as calls; what it leaves behind when it is
// gone, a server that did not stop for instance, is ended with its process group.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './messages.ts';

const CHILD = fileURLToPath(new URL('../../dist/peers/child.js', import.meta.url));
/** Beyond five times what a step takes. */
const SILENCE_MS_MAX = 60_000;
/** A child has less time of its own than this to stop its peer. */
const END_MS_MAX = 20_000;

export interface ChildOptions {
  /** The Node.js that it runs under. */
  readonly node: string;
  readonly signal: AbortSignal;
  readonly onMessage: (message: FromChild) => void;
}

/** Resolves when the process and all it started are gone; with the last lines of its stderr, for want of a reason. */
export async function runChild(message: ToChild, options: ChildOptions): Promise<string> {
  const { node, signal, onMessage } = options;
  const child = fork(CHILD, [], {
    execPath: node,
    execArgv: [],
    // A process group of its own, so that it can be ended with whatever it started.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2_000);
  });
  const watch = new Watch(() => {
    said = 'it did not go on in time';
    endGroup(child);
  });
  child.on('message', (each: FromChild) => {
    watch.heard(each);
    onMessage(each);
  });
  const letGo = () => {
    if (child.connected) child.disconnect();
    setTimeout(() => endGroup(child), END_MS_MAX).unref();
  };
  const atExit = () => endGroup(child);
  process.once('exit', atExit);
  signal.addEventListener('abort', letGo, { once: true });
  try {
    await untilGone(child, message, signal);
    return said.trim().split('\n').at(-1) ?? '';
  } finally {
    watch.end();
    endGroup(child);
    process.removeListener('exit', atExit);
    signal.removeEventListener('abort', letGo);
  }
}

function untilGone(child: ChildProcess, message: ToChild, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
    if (signal.aborted) child.disconnect();
    else child.send(message, (error) => (error ? reject(error) : undefined));
  });
}

/** Calls `onSilence` where a step takes much longer than it should. */
class Watch {
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
    this.#timer = setTimeout(onSilence, SILENCE_MS_MAX);
  }

  heard(message: FromChild): void {
    const stepMs = message.kind === 'step' ? message.durationMs : 0;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, SILENCE_MS_MAX + 5 * stepMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it is gone already.
  }
}
