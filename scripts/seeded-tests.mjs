// Runs tests that take seeds: `--runs N` of them from `--seed N` on, through the environment.
import { ensureBuilt, fail, optionsOf, runTool } from './workspace.mjs';

const ALL = 'all';

/**
 * @param {string | Record<string, string[]>} tests a path; or paths by target, of which `--target` names one
 * @param {string} prefix of the variables they read: `<prefix>_RUNS`, `<prefix>_SEED`
 */
export function runSeeded(tests, prefix) {
  const text = /** @type {const} */ ({ type: 'string' });
  const values = optionsOf({ runs: text, seed: text, target: text });
  const env = {
    ...(values.runs !== undefined && { [`${prefix}_RUNS`]: values.runs }),
    ...(values.seed !== undefined && { [`${prefix}_SEED`]: values.seed }),
  };
  const paths = pathsOf(tests, values.target);
  ensureBuilt();
  process.exitCode = runTool('vitest', ['run', ...paths], { stdout: 'inherit', env });
}

/**
 * @param {string | Record<string, string[]>} tests
 * @param {string | undefined} target
 * @returns {string[]}
 */
function pathsOf(tests, target) {
  const targets = typeof tests === 'string' ? { [ALL]: [tests] } : tests;
  const found = Object.hasOwn(targets, target ?? ALL) ? targets[target ?? ALL] : undefined;
  if (found !== undefined) return found;
  if (target === undefined || target === ALL) return Object.values(targets).flat();
  return fail(`no target '${target}': there are ${[...Object.keys(targets), ALL].join(', ')}`);
}
