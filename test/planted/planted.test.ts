// The table of planted bugs is true of the sources as they are: each line that a bug takes the place of is there, once.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planted, plantNamed } from './plant.mjs';
import { PLANTS } from './plants.mjs';

const ROOT = join(import.meta.dirname, '../..');

test.for(Object.entries(PLANTS))('%s can be planted', ([, plant]) => {
  const path = join(ROOT, `${plant.file}.ts`);
  const text = readFileSync(path, 'utf8');
  const changed = planted(plant, path, text);
  expect(changed).toContain(plant.to);
  expect(changed).not.toBe(text);
  expect(planted(plant, join(ROOT, 'core/src/index.ts'), text)).toBeUndefined();
});

test('a name that is none is refused', () => {
  expect(() => plantNamed('toString')).toThrow('answers-before-commit');
});
