// How fast the machine is at the moment, whatever is measured on it: one computation, always the same, and flushed
// writes to its disk. Figures of two days are read with it.

import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryDirectory } from '@millrace/harness';
import { medianOf } from './spread.ts';

export interface Pace {
  /** Of a fixed computation in one thread: the fastest of a few. */
  readonly computationMs: number;
  /** Of 4 KiB, flushed, over what was there before: the median. */
  readonly flushedWriteMs: number;
}

const COMPUTATIONS = 3;
const NUMBERS = 2 ** 18;
const WRITE_BYTES = 4_096;
const WRITES_MAX = 100;
const WRITES_MS_MAX = 300;
const FILE_BYTES = 64 * WRITE_BYTES;

/** A quarter of a second at most; the calling thread does nothing else meanwhile. */
export function readPace(): Pace {
  const times = Array.from({ length: COMPUTATIONS }, () => timed(compute));
  return { computationMs: Math.min(...times), flushedWriteMs: medianOf(flushedWrites()) };
}

/** Fills and sorts numbers that look like chance and are none. */
function compute(): void {
  const numbers = new Uint32Array(NUMBERS);
  let state = 1;
  for (let at = 0; at < NUMBERS; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    numbers[at] = state;
  }
  numbers.sort();
}

/** In the file system of temporary directories, where the data of a bench lies. */
function flushedWrites(): number[] {
  const directory = new TemporaryDirectory('millrace-bench-pace-');
  const { O_CREAT, O_DSYNC, O_WRONLY } = constants;
  const file = openSync(join(directory.path, 'pace'), O_CREAT | O_DSYNC | O_WRONLY);
  try {
    writeSync(file, Buffer.alloc(FILE_BYTES, 1), 0, FILE_BYTES, 0);
    fsyncSync(file);
    const times: number[] = [];
    const bytes = Buffer.alloc(WRITE_BYTES, 2);
    const endsAt = performance.now() + WRITES_MS_MAX;
    while (times.length < WRITES_MAX && performance.now() < endsAt) {
      const place = (times.length * WRITE_BYTES) % FILE_BYTES;
      times.push(timed(() => writeSync(file, bytes, 0, WRITE_BYTES, place)));
    }
    return times;
  } finally {
    closeSync(file);
    directory.remove();
  }
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
