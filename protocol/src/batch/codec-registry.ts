// Which codecs this process has: those of the runtime, those of optional packages, those it was given. Each has shown
// that it reads and writes the format of its name before anybody relies on it.

import { CODECS, type CodecName } from '../api/shared.ts';
import { MillraceError } from '../errors.ts';
import { type BodyCodec, brotli, gzip, zstdOfRuntime } from './body-codec.ts';
import { loadLz4, loadSnappy } from './optional-codecs.ts';

interface CodecSource {
  /** Undefined or an error: this process has none. */
  readonly find: () => BodyCodec | undefined;
  /** What a process without it lacks. */
  readonly needs: string;
  /** SAMPLE in the format of the codec, hexadecimal. */
  readonly sample: string;
}

/** Codecs that a runtime may lack. */
export type OptionalCodecName = Exclude<CodecName, 'none'>;

const SAMPLE = Buffer.from('millrace '.repeat(8));

const NONE: BodyCodec = { compress: (raw) => raw, decompress: (packed) => packed };

const SOURCES: { readonly [N in OptionalCodecName]: CodecSource } = {
  gzip: {
    find: () => gzip,
    needs: '',
    sample: '1f8b0800000000000003cbcdccc9294a4c4e55c8a58c010053c78d6848000000',
  },
  brotli: {
    find: () => brotli,
    needs: '',
    sample: '1b4700f81da9539fbb7095d69620636c1d56c62627fe0906663709',
  },
  zstd: {
    find: () => zstdOfRuntime(),
    needs: 'Node.js 22.15 or later',
    sample: '28b52ffd20487d0000486d696c6c72616365200100a4548e',
  },
  lz4: {
    find: loadLz4,
    needs: "the package 'lz4-napi' installed",
    sample: '9f6d696c6c7261636520090026606c7261636520',
  },
  snappy: {
    find: loadSnappy,
    needs: "the package 'snappy' installed",
    sample: '48206d696c6c7261636520fa0900',
  },
};

/** Found or given so far; a text: why there is none. */
const found = new Map<CodecName, BodyCodec | string>([['none', NONE]]);

/** A text where this process has none of this name: why. */
function lookUp(name: CodecName): BodyCodec | string {
  let codec = found.get(name);
  if (codec === undefined) {
    codec = name === 'none' ? NONE : lookFor(name);
    found.set(name, codec);
  }
  return codec;
}

/** A package may be absent, have no binary for this machine, or be another one than expected: all the same here. */
function lookFor(name: OptionalCodecName): BodyCodec | string {
  try {
    const codec = SOURCES[name].find();
    if (codec === undefined) return 'the runtime has none';
    return fault(name, codec) ?? codec;
  } catch (error) {
    const [firstLine = ''] = (error as Error).message.split('\n');
    return firstLine;
  }
}

/** Why the codec is not what its name says. */
function fault(name: OptionalCodecName, codec: BodyCodec): string | undefined {
  const sample = Buffer.from(SOURCES[name].sample, 'hex');
  try {
    const raw = codec.decompress(sample, SAMPLE.length);
    if (!SAMPLE.equals(raw)) return 'it does not read a sample of the format';
    const again = codec.decompress(codec.compress(SAMPLE), SAMPLE.length);
    return SAMPLE.equals(again) ? undefined : 'it does not read what it wrote';
  } catch (error) {
    return `it fails with a sample of the format: ${(error as Error).message}`;
  }
}

/**
 * Gives this process a codec, also in place of the one it has: for a runtime without zstd, or where no package with
 * native code may be installed. Null takes it away: the process is then without, whatever is installed. Call it before
 * connecting: Hello says what a client can read. Throws INVALID_CONFIG where it does not read and write the format that docs/protocol.md names.
 */
export function registerCodec(name: OptionalCodecName, codec: BodyCodec | null): void {
  if (!Object.hasOwn(SOURCES, name)) {
    const names = Object.keys(SOURCES).join(', ');
    const text = `There is no codec '${name}'.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'name', limit: names });
  }
  const why = codec === null ? undefined : fault(name, codec);
  if (why !== undefined) {
    const text = `This is not the codec ${name}: ${why}.`;
    throw new MillraceError('INVALID_CONFIG', text, { field: 'codec' });
  }
  found.set(name, codec ?? 'it was taken away');
}

/** The codecs that this process can compress and decompress, in the order of their numbers. */
export function codecsAvailable(): CodecName[] {
  return CODECS.filter((name) => typeof lookUp(name) !== 'string');
}

/** Throws UNSUPPORTED_CODEC where this process, or whatever it calls itself, lacks the codec. */
export function requireCodec(name: CodecName, who = 'This process'): BodyCodec {
  const codec = lookUp(name);
  if (typeof codec === 'string') throw lacksCodec(who, name, codecsAvailable(), codec);
  return codec;
}

/** UNSUPPORTED_CODEC: who lacks the codec, what it takes to have it, and which ones there are. */
export function lacksCodec(
  who: string,
  name: CodecName,
  theirs: readonly string[],
  why?: string,
): MillraceError {
  const needs = name === 'none' ? '' : SOURCES[name].needs;
  const help = needs === '' ? '' : `: it needs ${needs}, or a codec given to registerCodec()`;
  const cause = why === undefined ? '' : ` (${why})`;
  const text = `${who} has no codec ${name}${help}${cause}.`;
  return new MillraceError('UNSUPPORTED_CODEC', text, { limit: theirs.join(', ') });
}
