// npm test -- [vitest options]: builds, runs the tests, and names every skipped test.
// Arguments go to vitest: `npm test -- protocol`.
import { ensureBuilt, runTool } from './workspace.mjs';

ensureBuilt();
const reporters = ['--reporter=default', '--reporter=./scripts/naming-reporter.mjs'];
process.exitCode = runTool('vitest', ['run', ...reporters, ...process.argv.slice(2)], {
  stdout: 'inherit',
});
