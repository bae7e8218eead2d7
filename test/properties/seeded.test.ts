// The seed of properties: the same each time, unless another is asked for.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

test('properties are tried from a seed that is known before', () => {
  const seed = Number(process.env['MILLRACE_PROPERTIES_SEED'] ?? 1);
  const fails = fc.check(fc.property(fc.nat(), () => false));
  expect(fails).toMatchObject({ failed: true, seed });
});
