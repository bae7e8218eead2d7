// npm run fuzz -- [--target NAME] [--runs N] [--seed N]: inputs that mean no good, by seed; N runs from that seed on, of one
// target or of all. What is found is made small and kept under test/fuzz/corpus.
import { runSeeded } from './seeded-tests.mjs';

runSeeded(
  {
    frames: ['test/fuzz/frames.test.ts'],
    codec: ['test/fuzz/codec.test.ts'],
    batches: ['test/fuzz/batches.test.ts'],
    cli: ['test/fuzz/cli.test.ts'],
    http: ['test/sqs/fuzz'],
  },
  'MILLRACE_FUZZ',
);
