// Has tests import fast-check through the module that gives it a seed, as a plugin of vite.

import { fileURLToPath } from 'node:url';

const SEEDED = fileURLToPath(new URL('seeded-fast-check.ts', import.meta.url));

export function seedingProperties() {
  return {
    name: 'seeded-properties',
    enforce: /** @type {const} */ ('pre'),
    resolveId: (/** @type {string} */ source, /** @type {string | undefined} */ importer) =>
      source === 'fast-check' && importer !== SEEDED ? SEEDED : undefined,
  };
}
