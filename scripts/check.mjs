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
if (existsSync(join(ROOT, 'bench/peers/node_modules'))) {
  const lint = [
    '-c',
    'bench/peers/oxlint.json',
    '--type-aware',
    '--deny-warnings',
    'bench/peers/src',
  ];
  steps.push(['types of peers', () => runTool('tsc', ['-b', 'bench/peers'])]);
  steps.push(['lint of peers', () => runTool('oxlint', lint)]);
} else {
  console.error('check: bench/peers is not installed: its types are not checked');
}

const failed = [];
for (const [name, step] of steps) {
  console.error(`\n== ${name}`);
  if (step() !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`\ncheck: failed: ${failed.join('; ')}`);
else console.error(`\ncheck: ${steps.length} steps passed`);
process.exitCode = failed.length > 0 ? 1 : 0;
