// How a target is fuzzed: first what was found before, then inputs by seed. A fault is made as small as it gets, and kept in
// the corpus, where it is a test from then on.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Random } from '@millrace/harness';
import { describe, expect, test } from 'vitest';

export interface Target {
  readonly name: string;
  make(random: Random): Uint8Array;
  /** What was wrong with what came of it; undefined: nothing. */
  faultOf(input: Uint8Array): Promise<string | undefined> | string | undefined;
}

const RUNS = Number(process.env['MILLRACE_FUZZ_RUNS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 1);
const CORPUS = fileURLToPath(new URL('../corpus/', import.meta.url));
/** Tries to make one input smaller. */
const MINIMISE_TRIES_MAX = 300;
const RUN_MS_MAX = 600_000;
/** Of one seed: more of them tell no more. */
const FAULTS_MAX = 5;

/** Declares the tests of a target: its corpus, and `inputs` of each seed; of those of a run with `--runs` the same many each. */
export function fuzzTests(target: Target, inputs: number): void {
  describe(`target ${target.name}`, () => {
    test('what was found before, and what it began with', { timeout: RUN_MS_MAX }, async () => {
      const faults: string[] = [];
      for (const { name, bytes } of corpusOf(target.name)) {
        const fault = await target.faultOf(bytes);
        if (fault !== undefined) faults.push(`${name}: ${fault}`);
      }
      expect(faults).toEqual([]);
    });

    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
      test(`seed ${seed}`, { timeout: RUN_MS_MAX }, async () => {
        const random = new Random(seed);
        const found = new Map<string, string>();
        for (let n = 0; n < inputs && found.size < FAULTS_MAX; n += 1) {
          const input = target.make(random);
          const fault = await target.faultOf(input);
          if (fault !== undefined && !found.has(fault))
            found.set(fault, keep(target.name, await minimised(target, input)));
        }
        expect([...found].map(([fault, path]) => `${fault}: ${path}`)).toEqual([]);
      });
    }
  });
}

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function corpusOf(target: string): Entry[] {
  const folder = `${CORPUS}${target}/`;
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, bytes: readFileSync(`${folder}${name}`) }));
}

function keep(target: string, input: Uint8Array): string {
  const name = `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  mkdirSync(`${CORPUS}${target}`, { recursive: true });
  writeFileSync(`${CORPUS}${target}/${name}`, input);
  return `test/fuzz/corpus/${target}/${name}`;
}

/** Parts are left out, large ones first, as long as it still fails. */
export async function minimised(target: Target, input: Uint8Array): Promise<Uint8Array> {
  let least = input;
  let tries = 0;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let at = 0; at < least.length && tries < MINIMISE_TRIES_MAX; tries += 1) {
      const without = Buffer.concat([least.subarray(0, at), least.subarray(at + size)]);
      if ((await target.faultOf(without)) === undefined) at += size;
      else least = without;
    }
  }
  return least;
}
