// npm run test:sight -- [vitest options]: builds, then runs the tests that look at a real broker through Chromium,
// Prometheus and whatever else people look through. Those whose program is missing are skipped by name.
import { ensureBuilt, runTool } from './workspace.mjs';

ensureBuilt();
const reporters = ['--reporter=default', '--reporter=./scripts/naming-reporter.mjs'];
const args = ['run', '--project', 'sight', ...reporters, ...process.argv.slice(2)];
process.exitCode = runTool('vitest', args, { stdout: 'inherit', env: { MILLRACE_SIGHT: '1' } });
