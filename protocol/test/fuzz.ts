// How the property tests run: a fixed seed unless FUZZ_SEED names another, and FUZZ_RUNS times as many runs.
import * as fc from 'fast-check';
import { MillraceError } from '../src/errors.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
const FACTOR = Number(process.env['FUZZ_RUNS'] ?? 1);

export function runs(numRuns: number): fc.Parameters<unknown> {
  return { seed: SEED, numRuns: numRuns * FACTOR };
}

/** Characters of one to four bytes in UTF-8. fast-check's own units take seconds to set up. */
export const character = fc.constantFrom(
  'a',
  'Z',
  '\0',
  '\x7f',
  'é',
  '߿',
  '€',
  '\uffff',
  '𝄞',
  '\u{10ffff}',
);

/** What `act` threw: nothing, or a MillraceError. Anything else is thrown on. */
export function errorOf(act: () => unknown): MillraceError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}

export function codeOf(act: () => unknown): string | undefined {
  return errorOf(act)?.code;
}

/** Small damage to bytes: some flipped, some overwritten, cut short, or made longer. */
export const damage: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
  fc
    .array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
    .map((flips) => (bytes: Uint8Array) => {
      const out = new Uint8Array(bytes);
      for (const [at, bits] of flips) {
        if (out.length > 0) out[at % out.length] = (out[at % out.length] ?? 0) ^ bits;
      }
      return out;
    }),
  fc.nat().map((at) => (bytes: Uint8Array) => bytes.subarray(0, at % (bytes.length + 1))),
  fc
    .uint8Array({ minLength: 1, maxLength: 8 })
    .map((more) => (bytes: Uint8Array) => Buffer.concat([bytes, more])),
  fc
    .tuple(fc.nat(), fc.constantFrom(0x00, 0x7f, 0x80, 0xff), fc.integer({ min: 1, max: 8 }))
    .map(([at, fill, size]) => (bytes: Uint8Array) => {
      const out = new Uint8Array(bytes);
      const from = at % (out.length + 1);
      return out.fill(fill, from, from + size);
    }),
);
