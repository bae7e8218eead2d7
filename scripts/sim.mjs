// npm run sim -- [--runs N] [--seed N]: only the simulation by seed; N runs from that seed on.
import { runSeeded } from './seeded-tests.mjs';

runSeeded('broker/test/simulation', 'MILLRACE_SIM');
