// npm run test:examples -- [vitest options]: builds, then runs the example programs and scenarios on real brokers and
// compares what they print with the pages. Those that need a program which is not there are skipped by name.
import { ensureBuilt, runTool } from './workspace.mjs';

ensureBuilt();
const reporters = ['--reporter=default', '--reporter=./scripts/naming-reporter.mjs'];
const args = ['run', '--project', 'examples', ...reporters, ...process.argv.slice(2)];
process.exitCode = runTool('vitest', args, { stdout: 'inherit', env: { MILLRACE_EXAMPLES: '1' } });
