// Where `produce` reads from: stdin, or a file whose size is known.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors/cli-error.ts';

const READ_BYTES = 256 * 1_024;

export interface InputSource {
  readonly stream: Readable;
  /** Undefined where nobody can tell: a pipe. */
  readonly bytesTotal: number | undefined;
  /** Of those; absent: as many as came out of the stream. */
  readonly bytesRead?: () => number;
  /** Somebody types the lines. */
  readonly isTyped: boolean;
}

export async function openInput(context: Context, path: string | undefined): Promise<InputSource> {
  if (path === undefined || path === '-') {
    const { stdin } = context.terminal;
    const isTyped = stdin.isTTY === true;
    if (isTyped) context.output.note('Reading lines; Ctrl-D ends.');
    return { stream: stdin, bytesTotal: undefined, isTyped };
  }
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw new CliError('usage', 'EISDIR', `${path} is a directory`);
    const bytesTotal = info.isFile() ? info.size : undefined;
    return {
      stream: createReadStream(path, { highWaterMark: READ_BYTES }),
      bytesTotal,
      isTyped: false,
    };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const exit = code === 'ENOENT' ? 'notFound' : 'failed';
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new CliError(exit, code, `cannot read ${path}: ${why}`, { cause: error });
  }
}
