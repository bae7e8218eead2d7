// npm run crash -- [--runs N] [--seed N]: only the tests that kill a real broker process; N runs from that seed on.
import { runSeeded } from './seeded-tests.mjs';

runSeeded('test/crash', 'MILLRACE_CRASH');
