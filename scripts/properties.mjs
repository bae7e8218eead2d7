// npm run properties -- [--runs N] [--seed N]: every test of a property, N times from that seed on; the default tests have seed
// 1. It ends with the first seed that fails.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, fail, optionsOf, ROOT, runTool } from './workspace.mjs';

const text = /** @type {const} */ ({ type: 'string' });
const values = optionsOf({ runs: { ...text, default: '10' }, seed: { ...text, default: '2' } });
const runs = Number(values.runs);
const first = Number(values.seed);
if (!Number.isSafeInteger(runs) || runs < 1) fail('--runs is a whole number from 1');
if (!Number.isSafeInteger(first)) fail('--seed is a whole number');

/** Of every package; those of programs and browsers have none. */
const files = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .flatMap(({ name }) => testsIn(name));

/** @param {string} folder */
function testsIn(folder) {
  if (folder === 'node_modules') return [];
  const root = folder === 'test' ? folder : join(folder, 'test');
  return testFiles(root).filter((path) => {
    return readFileSync(join(ROOT, path), 'utf8').includes("from 'fast-check'");
  });
}

/** @param {string} root */
function testFiles(root) {
  try {
    const found = /** @type {string[]} */ (readdirSync(join(ROOT, root), { recursive: true }));
    return found.filter((path) => path.endsWith('.test.ts')).map((path) => join(root, path));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}

ensureBuilt();
let code = 0;
for (let seed = first; seed < first + runs && code === 0; seed += 1) {
  console.error(`seed ${seed}, ${seed - first + 1} of ${runs}`);
  const env = { MILLRACE_PROPERTIES_SEED: String(seed) };
  code = runTool('vitest', ['run', ...files], { stdout: 'inherit', env });
}
process.exitCode = code;
