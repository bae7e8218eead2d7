// Runs tests that take seeds: `--runs N` of them from `--seed N` on, through the environment.
import { parseArgs } from 'node:util';
import { ensureBuilt, runTool } from './workspace.mjs';

/**
 * @param {string} path the folder of the tests
 * @param {string} prefix of the variables they read: `<prefix>_RUNS`, `<prefix>_SEED`
 */
export function runSeeded(path, prefix) {
  const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
  const env = {
    ...(values.runs !== undefined && { [`${prefix}_RUNS`]: values.runs }),
    ...(values.seed !== undefined && { [`${prefix}_SEED`]: values.seed }),
  };
  ensureBuilt();
  process.exitCode = runTool('vitest', ['run', path], { stdout: 'inherit', env });
}
