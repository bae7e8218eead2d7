// npm run crash -- [--runs N] [--seed N]: only the tests that kill a real broker process; N runs from that seed on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, fail, ROOT, runTool } from './workspace.mjs';

if (!existsSync(join(ROOT, 'test/crash'))) fail('there are no crash tests (test/crash)');
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const env = {
  ...(values.runs !== undefined && { MILLRACE_CRASH_RUNS: values.runs }),
  ...(values.seed !== undefined && { MILLRACE_CRASH_SEED: values.seed }),
};
ensureBuilt();
process.exitCode = runTool('vitest', ['run', 'test/crash'], { stdout: 'inherit', env });
