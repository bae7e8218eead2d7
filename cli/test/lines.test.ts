// Streams as lines, however the chunks fall.
import { PassThrough, Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, readLines } from '../src/input/lines.ts';

const NEVER = new AbortController().signal;

async function linesOf(chunks: readonly Buffer[], max = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of readLines(Readable.from(chunks), max, NEVER)) {
    expect(chunk.firstLine).toBe(lines.length + 1);
    lines.push(...chunk.lines.map((line) => line.toString('latin1')));
  }
  return lines;
}

describe('lines', () => {
  it('as text editors count them', async () => {
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf([Buffer.from('a')])).toEqual(['a']);
    expect(await linesOf([Buffer.from('a\n')])).toEqual(['a']);
    expect(await linesOf([Buffer.from('a\n\nb\r\nc')])).toEqual(['a', '', 'b', 'c']);
    expect(await linesOf([Buffer.from('\ufeffa\n\ufeffb')])).toEqual(['a', '\u00ef\u00bb\u00bfb']);
  });

  it('do not depend on how the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', 'é'), { maxLength: 40 }),
        fc.array(fc.nat(5), { maxLength: 20 }),
        async (parts, cuts) => {
          const whole = Buffer.from(parts.join(''));
          const chunks: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(whole.subarray(at, at + cut));
            at += cut;
          }
          chunks.push(whole.subarray(at));
          expect(await linesOf(chunks)).toEqual(await linesOf([whole]));
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('a line too long is refused before it is held whole', () => {
    const splitter = new LineSplitter(10);
    expect(splitter.push(Buffer.from('short\n0123456789')).lines).toHaveLength(1);
    expect(() => splitter.push(Buffer.from('x'))).toThrow('line 2 is longer than 10 B');
    expect(() => new LineSplitter(3).push(Buffer.from('abcd\n'))).toThrow('line 1');
  });

  it('end at the signal', async () => {
    const stream = new PassThrough();
    const abort = new AbortController();
    const read: string[] = [];
    stream.write('one\n');
    for await (const { lines } of readLines(stream, 100, abort.signal)) {
      read.push(...lines.map(String));
      abort.abort();
    }
    expect(read).toEqual(['one']);
    expect(stream.destroyed).toBe(true);
  });
});
