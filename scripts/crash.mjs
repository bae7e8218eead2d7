// npm run crash -- [vitest options]: only the tests that kill a real broker process.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, fail, ROOT, runTool } from './workspace.mjs';

if (!existsSync(join(ROOT, 'test/crash'))) fail('there are no crash tests (test/crash)');
ensureBuilt();
process.exitCode = runTool('vitest', ['run', 'test/crash', ...process.argv.slice(2)], {
  stdout: 'inherit',
});
