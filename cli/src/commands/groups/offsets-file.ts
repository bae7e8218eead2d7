// Offsets of a group as text: one of them on a command line, all of them in a file that `groups offsets --export` writes.

import { readFile } from 'node:fs/promises';
import { CliError, usage } from '../../errors/cli-error.ts';

export interface PlacedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata?: string | null | undefined;
}

/** `flights/0=1200`; a topic's name has no slash. */
export function parsePlacedOffset(text: string): PlacedOffset {
  const [, topic = '', partition = '', offset = ''] =
    /^([^/=]+)\/(\d+)=(\d+)$/.exec(text.trim()) ?? [];
  const placed = { topic, partition: Number(partition), offset: Number(offset) };
  if (topic === '' || !Number.isSafeInteger(placed.offset)) {
    throw usage(`'${text}' is not an offset of a partition: write topic/partition=offset`);
  }
  return placed;
}

export async function readOffsetsFile(path: string): Promise<readonly PlacedOffset[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const exit = code === 'ENOENT' ? 'notFound' : 'failed';
    throw new CliError(exit, code, `cannot read ${path}: ${code}`, { cause: error });
  }
  const fault = (what: string) =>
    new CliError('usage', 'BAD_INPUT', `${path} is no export of offsets: ${what}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fault((error as Error).message);
  }
  const { offsets } = Object(parsed) as { readonly offsets?: unknown };
  if (!Array.isArray(offsets)) throw fault('it has no list of offsets');
  return offsets.map((each: unknown, at) => {
    const placed = placedOf(each);
    if (placed === undefined) throw fault(`entry ${at} has no topic, partition and offset`);
    return placed;
  });
}

function placedOf(each: unknown): PlacedOffset | undefined {
  const { topic, partition, offset, metadata } = Object(each) as {
    readonly [name: string]: unknown;
  };
  const isPlace = typeof topic === 'string' && isCount(partition) && isCount(offset);
  if (!isPlace || (metadata !== undefined && metadata !== null && typeof metadata !== 'string')) {
    return undefined;
  }
  return { topic, partition, offset, metadata };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
