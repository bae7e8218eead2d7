// Where an export goes: stdout, or a file that is compressed by its name and flushed at the end. Waits for a slow disk.

import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { CliError } from '../../errors/cli-error.ts';
import type { Output } from '../../output/output.ts';
import { compressorOf } from './compression.ts';

export interface ExportFile {
  write(text: string | Uint8Array): Promise<void>;
  /** All is written; of a file also on the disk. */
  end(): Promise<void>;
}

export async function openExport(
  path: string,
  overwrite: boolean,
  output: Output,
): Promise<ExportFile> {
  if (path === '-') return { write: async (text) => output.write(text), end: async () => {} };
  const compressor = compressorOf(path);
  const handle = await openFile(path, overwrite);
  // A pipe or device takes no flush.
  const isFile = (await handle.stat()).isFile();
  const file = handle.createWriteStream({ autoClose: false });
  const head: Writable = compressor === undefined ? file : compressor.pack();
  let reject: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, no) => {
    reject = no;
  });
  failed.catch(() => {});
  const fail = (error: NodeJS.ErrnoException) => {
    reject(
      new CliError('failed', error.code ?? 'SYSTEM', `cannot write ${path}: ${error.message}`),
    );
    head.destroy();
  };
  file.on('error', fail);
  if (head !== file) head.on('error', fail).pipe(file);
  return {
    async write(text) {
      if (!head.write(text)) await Promise.race([once(head, 'drain'), failed]);
    },
    async end() {
      try {
        head.end();
        await Promise.race([finished(file), failed]);
        if (isFile) await handle.sync();
      } finally {
        file.destroy();
        await handle.close();
      }
    },
  };
}

async function openFile(path: string, overwrite: boolean) {
  try {
    return await open(path, overwrite ? 'w' : 'wx');
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      const hints = ['--force writes over it.'];
      throw new CliError('conflict', code, `${path} exists`, { hints });
    }
    const exit = code === 'ENOENT' ? 'notFound' : 'failed';
    throw new CliError(exit, code, `cannot write ${path}: ${code}`, { cause: error });
  }
}
