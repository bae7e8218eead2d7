// A server under comparison as a child process: started, waited for, ended with all its children. It knows no peer. Ended
// by SIGKILL: its data is thrown away, and a graceful end takes some of them ten seconds.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
const LOG_TAIL_LINES = 12;

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Asked again and again until it is true. */
  readonly ready: () => Promise<boolean>;
  readonly readyTimeoutMs: number;
}

export interface ServerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const log = openSync(command.logFile, 'a');
  const child = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', log, log],
  });
  // Rejects when there is no such command.
  await once(child, 'spawn');
  const onExit = () => killTree(child);
  process.once('exit', onExit);
  const stop = async () => {
    process.off('exit', onExit);
    await endTree(child);
  };
  try {
    await waitUntilReady(command, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid as number, stop };
}

async function waitUntilReady(command: ServerCommand, child: ChildProcess): Promise<void> {
  const until = Date.now() + command.readyTimeoutMs;
  while (!(await command.ready())) {
    if (hasEnded(child))
      throw new Error(`${command.name} ended at its start.\n${tailOf(command.logFile)}`);
    if (Date.now() > until) {
      const limit = `${command.name} was not ready within ${command.readyTimeoutMs / 1_000} s.`;
      throw new Error(`${limit}\n${tailOf(command.logFile)}`);
    }
    await sleep(POLL_MS);
  }
}

export function tailOf(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

/** Whether something listens on the port of loopback. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function endTree(child: ChildProcess): Promise<void> {
  killTree(child);
  while (!hasEnded(child)) await sleep(POLL_MS);
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined || hasEnded(child)) return;
  // Children first known, then killed from the top: a parent that sees its child die would start another.
  for (const pid of [child.pid, ...descendantsOf(child.pid)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function descendantsOf(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendantsOf)];
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
      return text === '' ? [] : text.split(' ').map(Number);
    });
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
