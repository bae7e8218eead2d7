// npm run faults -- [--states N] [--lives N] [--runs N] [--seed N] [--report FILE]: the tests of what disks and clocks do to a broker. Power
// is cut N times a life; without arguments all of it as in the suite.
import { parseArgs } from 'node:util';
import { ensureBuilt, runTool } from './workspace.mjs';

const { values } = parseArgs({
  options: {
    states: { type: 'string' },
    lives: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    report: { type: 'string' },
  },
});
/** @type {Record<string, string>} */
const env = {};
for (const [name, value] of Object.entries(values)) {
  env[`MILLRACE_FAULTS_${name.toUpperCase()}`] = value;
}
ensureBuilt();
process.exitCode = runTool('vitest', ['run', 'test/faults'], { stdout: 'inherit', env });
