// Runs this package in a process of its own: compiled into a folder of the test, since a child cannot run TypeScript.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../', import.meta.url));

/** The URL of the compiled package. Below node_modules, so that the compiled code finds lmdb. */
export function compileStorage(name: string): string {
  const folder = `${ROOT}node_modules/.cache/millrace-storage/${name}-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const plain = [
    '--composite',
    '--incremental',
    '--declaration',
    '--declarationMap',
    '--sourceMap',
  ];
  const options = ['-p', PACKAGE, '--outDir', folder, ...plain.flatMap((flag) => [flag, 'false'])];
  execFileSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, ...options], {
    stdio: 'inherit',
  });
  return pathToFileURL(`${folder}/index.js`).href;
}

/** Of what a child said on stderr the end is kept, UTF-16 units. */
const COMPLAINT_MAX = 4_096;

export interface Child {
  readonly process: ChildProcess;
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** Resolves when this many lines have come. Rejects when it ends before. */
  said(count: number): Promise<void>;
  /** Resolves with all lines when it has ended. */
  ended(): Promise<readonly string[]>;
}

/** `under`: a command to run it with, for instance strace and its options. */
export function startChild(
  script: string,
  args: readonly string[],
  under: readonly string[] = [],
): Child {
  const path = fileURLToPath(new URL(`./children/${script}.mjs`, import.meta.url));
  const [command = '', ...rest] = [...under, process.execPath, path, ...args];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // One thread for the work of LMDB, so that a count of its calls means something.
    env: { ...process.env, UV_THREADPOOL_SIZE: under.length > 0 ? '1' : '4' },
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = once(reader, 'close');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_MAX);
  });
  const left = once(child, 'close');
  return {
    process: child,
    lines,
    said: async (count) => {
      while (lines.length < count) {
        const event: unknown = await Promise.race([once(reader, 'line'), closed.then(() => null)]);
        if (event !== null || lines.length >= count) continue;
        const [code, signal] = await left;
        const how = `after ${lines.length} lines, with ${code ?? signal}`;
        throw new Error(`it ended ${how}, and said: ${complaint}`);
      }
    },
    ended: async () => {
      await closed;
      return lines;
    },
  };
}
