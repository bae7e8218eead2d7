// Passwords, tokens and the like, from files, from stdin, or typed on a terminal without an echo. They are never printed,
// and complaints never quote them.

import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { CliError, usage } from '../errors/cli-error.ts';
import { formatText } from '../output/format.ts';
import type { Terminal } from '../terminal.ts';

/** Of a password or token; what is longer is another file by mistake. */
const SECRET_BYTES_MAX = 4 * 1_024;

/** The one line of a file, or the next line of stdin where the path is `-`. */
export async function readSecret(
  terminal: Terminal,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const text = path === '-' ? await nextLine(terminal.stdin, signal) : await fileText(path);
  const secret = text.replace(/\r?\n$/, '');
  const where = path === '-' ? 'stdin' : formatText(path);
  if (secret === '') throw usage(`${where} has no secret in its first line`);
  if (/[\r\n]/.test(secret)) throw usage(`${where} has more than one line: is it the right file?`);
  if (Buffer.byteLength(secret) > SECRET_BYTES_MAX) throw tooLong(where);
  return secret;
}

function tooLong(where: string): CliError {
  return usage(`${where} has more than ${SECRET_BYTES_MAX} bytes: is it the right file?`);
}

async function fileText(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SECRET_BYTES_MAX + 3));
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const exit = code === 'ENOENT' ? 'notFound' : 'failed';
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new CliError(exit, code, `cannot read ${path}: ${why}`, { cause: error });
  }
}

/** What comes after the line stays in the stream, for who reads next: another secret, or records. */
async function nextLine(stdin: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  const stop = (): void => void stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const given of stdin.iterator({ destroyOnReturn: false })) {
      const chunk = Buffer.isBuffer(given) ? given : Buffer.from(String(given));
      const end = chunk.indexOf('\n');
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end + 1));
      if (end >= 0 && end + 1 < chunk.length) stdin.unshift(chunk.subarray(end + 1));
      if (end >= 0) break;
      if (chunks.reduce((sum, { length }) => sum + length, 0) > SECRET_BYTES_MAX)
        throw tooLong('stdin');
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return Buffer.concat(chunks).toString();
}

/** Asks on the terminal; what is typed is not shown. Elsewhere a refusal. */
export async function askSecret(
  { stdin, stderr }: Terminal,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw usage(`${question}: nobody can be asked here, name a file that holds it`);
  }
  const { createInterface } = await import('node:readline/promises');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  try {
    stderr.write(`${formatText(question)}: `);
    const closed = new Promise<undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
    });
    const answer = await Promise.race([lines.question('', { signal }), closed]);
    stderr.write('\n');
    if (answer !== undefined && answer !== '') return answer;
  } finally {
    lines.close();
  }
  throw new CliError('interrupted', 'NOT_CONFIRMED', 'nothing was typed: nothing was done');
}
