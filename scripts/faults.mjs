// npm run faults -- [--states N] [--lives N] [--runs N] [--seed N] [--report FILE]: what disks and clocks do to a broker, all of
// it. Power is cut `states` times in each of the lives, for so many seeds from the first on; the file gets a line of JSON a seed.
import { ensureBuilt, optionsOf, runTool } from './workspace.mjs';

const values = optionsOf({
  states: { type: 'string' },
  lives: { type: 'string' },
  runs: { type: 'string' },
  seed: { type: 'string' },
  report: { type: 'string' },
});
/** @type {Record<string, string>} */
const env = { MILLRACE_FAULTS: 'whole' };
for (const [name, value] of Object.entries(values)) {
  env[`MILLRACE_FAULTS_${name.toUpperCase()}`] = value;
}
ensureBuilt();
const tests = ['test/faults', 'broker/test/process/stopped.test.ts'];
process.exitCode = runTool('vitest', ['run', ...tests], { stdout: 'inherit', env });
