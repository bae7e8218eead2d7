// npm run fuzz -- [--runs N] [--seed N]: only the fuzzing of HTTP by seed; N runs from that seed on.
import { runSeeded } from './seeded-tests.mjs';

runSeeded('test/sqs/fuzz', 'MILLRACE_FUZZ');
