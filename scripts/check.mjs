// npm run check: one word for ready. Runs every step even if one fails, and names those that did.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { ensureInstalled, ROOT, run, runTool } from './workspace.mjs';

ensureInstalled();

/** @type {Array<[string, () => number]>} */
const steps = [
  ['format, imports', () => runTool('biome', ['check', '--error-on-warnings', '.'])],
  ['types', () => runTool('tsc', ['-b', 'tsconfig.json'])],
  ['types of tests', () => runTool('tsc', ['-b', 'tsconfig.test.json'])],
  ['lint', () => runTool('oxlint', ['--type-aware', '--deny-warnings'])],
  ['layers, tidy', () => runTool('vitest', ['run', 'test/repo'])],
  ['dead code', () => runTool('knip', [])],
  ['package protocol', () => runTool('publint', ['run', 'protocol', '--strict'])],
  ['package client', () => runTool('publint', ['run', 'client', '--strict'])],
  ['known faults of dependencies', audit],
  ['every export has a sentence', () => run(process.execPath, ['scripts/api-docs.mjs', '--check'])],
];
if (existsSync(join(ROOT, 'scripts/generate-docs.mjs'))) {
  steps.push(['docs fresh', () => run(process.execPath, ['scripts/docs.mjs', '--check'])]);
}
// Apart from the workspaces: they need clients of other systems, without which their types cannot be checked.
for (const folder of ['bench/peers', 'examples/before']) {
  if (!existsSync(join(ROOT, folder, 'node_modules'))) {
    console.error(`check: ${folder} is not installed: its types are not checked`);
    continue;
  }
  const config = ['-c', `${folder}/oxlint.json`, '--type-aware', '--deny-warnings'];
  steps.push([`types of ${folder}`, () => runTool('tsc', ['-b', folder])]);
  steps.push([`lint of ${folder}`, () => runTool('oxlint', [...config, `${folder}/src`])]);
}

const failed = [];
for (const [name, step] of steps) {
  console.error(`\n== ${name}`);
  if (step() !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`\ncheck: failed: ${failed.join('; ')}`);
else console.error(`\ncheck: ${steps.length} steps passed`);
process.exitCode = failed.length > 0 ? 1 : 0;
