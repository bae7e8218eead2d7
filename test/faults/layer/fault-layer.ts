// The layer of layer.c for tests: compiled once, put under a broker process through its environment, and told what to let
// fail while the process runs.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TemporaryDirectory } from '@millrace/harness';

const SOURCE = fileURLToPath(new URL('./layer.c', import.meta.url));

/** Where it cannot be built there is nothing to test: say so by the name of the test. */
export const HAS_LAYER =
  process.platform === 'linux' && spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0;

let compiled: string | undefined;

/** The path of the library. @throws what the compiler says. */
export function compileLayer(): string {
  if (compiled !== undefined) return compiled;
  const path = join(new TemporaryDirectory('millrace-layer-').path, 'layer.so');
  const args = [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    path,
    SOURCE,
    '-ldl',
  ];
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the layer does not compile:\n${stderr}`);
  compiled = path;
  return path;
}

export interface LayerOptions {
  /** Absolute, without links: where the process keeps its files. */
  readonly directory: string;
  /** Everything that changes a file is written there. */
  readonly log?: string | undefined;
  readonly faults?: FaultSwitch | undefined;
  /** What every flush takes besides: so much wider is the time in which a promise would be too early. */
  readonly flushMs?: number | undefined;
}

/** To run a program under: its last argument is followed by the program. */
export function layerWrapper({ directory, log, faults, flushMs = 0 }: LayerOptions): string[] {
  return [
    'env',
    `LD_PRELOAD=${compileLayer()}`,
    `MILLRACE_LAYER_DIRECTORY=${directory}`,
    `MILLRACE_LAYER_FLUSH_US=${Math.round(flushMs * 1_000)}`,
    ...(log === undefined ? [] : [`MILLRACE_LAYER_LOG=${log}`]),
    ...(faults === undefined ? [] : [`MILLRACE_LAYER_FAULTS=${faults.path}`]),
    'UV_USE_IO_URING=0',
  ];
}

const CALLS = { write: 1, sync: 2, truncate: 4, open: 8 } as const;
const FILES = { data: 1, journal: 2, both: 3 } as const;
const AT = { calls: 0, error: 4, files: 8, skip: 12, times: 16, failed: 20, clock: 24, end: 28 };

export interface InjectedFault {
  readonly call: keyof typeof CALLS;
  /** `short`: half of the first part is written. */
  readonly error: 'EIO' | 'ENOSPC' | 'EDQUOT' | 'EROFS' | 'short';
  readonly file: keyof typeof FILES;
  /** So many calls pass first. */
  readonly skip?: number | undefined;
  /** Default: one. -1: all from then on. */
  readonly times?: number | undefined;
}

/** What fails, in memory that the process shares. */
export class FaultSwitch {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, Buffer.alloc(AT.end));
  }

  inject({ call, error, file, skip = 0, times = 1 }: InjectedFault): void {
    const block = Buffer.alloc(AT.end);
    block.writeInt32LE(error === 'short' ? 0 : constants.errno[error], AT.error);
    block.writeInt32LE(FILES[file], AT.files);
    block.writeInt32LE(skip, AT.skip);
    block.writeInt32LE(times, AT.times);
    this.#write(block, AT.error, AT.failed);
    // Last: only then does it count.
    block.writeInt32LE(CALLS[call], AT.calls);
    this.#write(block, AT.calls, AT.error);
  }

  clear(): void {
    this.#write(Buffer.alloc(AT.end), AT.calls, AT.error);
  }

  /** From now on the wall clock of the process is so far ahead. */
  setClock(aheadMs: number): void {
    const block = Buffer.alloc(AT.end);
    block.writeInt32LE(Math.round(aheadMs / 1_000), AT.clock);
    this.#write(block, AT.clock, AT.end);
  }

  /** Calls that have failed since it was made. */
  get failed(): number {
    const fd = openSync(this.path, 'r');
    try {
      const block = Buffer.alloc(AT.end);
      readSync(fd, block, 0, AT.end, 0);
      return block.readInt32LE(AT.failed);
    } finally {
      closeSync(fd);
    }
  }

  #write(block: Buffer, from: number, to: number): void {
    const fd = openSync(this.path, 'r+');
    try {
      writeSync(fd, block, from, to - from, from);
    } finally {
      closeSync(fd);
    }
  }
}
