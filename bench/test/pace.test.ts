// How fast the machine is: it is looked at before every run.
import { expect, it } from 'vitest';
import { readPace } from '../src/measure/pace.ts';

it('takes some time for the computation and for each flushed write', () => {
  const { computationMs, flushedWriteMs } = readPace();
  expect(computationMs).toBeGreaterThan(0);
  expect(flushedWriteMs).toBeGreaterThan(0);
});
