// An input that is unpacked by the name of its file. Progress counts the bytes of the file, packed as they are.

import { pipeline, type Readable } from 'node:stream';
import type { InputSource } from '../produce/input-source.ts';
import { compressorOf } from './compression.ts';

export async function unpacked(input: InputSource, path: string): Promise<InputSource> {
  const compressor = path === '-' ? undefined : compressorOf(path);
  if (compressor === undefined) return input;
  const source = input.stream as Readable & { readonly bytesRead?: number };
  const stream = compressor.unpack();
  // What goes wrong in one ends the other: whoever reads hears of it.
  pipeline(source, stream, () => {});
  return { ...input, stream, bytesRead: () => source.bytesRead ?? 0 };
}
