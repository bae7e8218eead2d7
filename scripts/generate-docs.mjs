// Writes the reference pages from the tables of the built packages; with --check it only compares.
// A page is a path and a function that renders all of it: add it to PAGES.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderCliReference } from '../cli/dist/index.js';
import { renderOpenApi } from '../gateway/dist/rest/openapi/render-open-api.js';
import { renderErrorsReference } from './docs/errors-page.mjs';
import { renderLimitsReference } from './docs/limits-page.mjs';
import { renderMetricsReference } from './docs/metrics-page.mjs';
import { renderOptionsReference } from './docs/options-page.mjs';
import { renderProtocolReference } from './docs/protocol-page.mjs';
import { ROOT } from './workspace.mjs';

/** @type {ReadonlyArray<{ path: string, render: () => string | Promise<string> }>} */
const PAGES = [
  { path: 'docs/reference/cli.md', render: renderCliReference },
  { path: 'docs/reference/errors.md', render: renderErrorsReference },
  { path: 'docs/reference/limits.md', render: renderLimitsReference },
  { path: 'docs/reference/metrics.md', render: renderMetricsReference },
  { path: 'docs/reference/openapi.json', render: renderOpenApi },
  { path: 'docs/reference/options.md', render: renderOptionsReference },
  { path: 'docs/reference/protocol.md', render: renderProtocolReference },
];

const isCheck = process.argv.includes('--check');
const stale = [];

for (const { path, render } of PAGES) {
  const file = join(ROOT, path);
  const text = await render();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (isCheck && stale.length > 0) {
  console.error(`Not as the tables say: ${stale.join(', ')}. Run npm run docs.`);
  process.exitCode = 1;
} else {
  console.error(stale.length === 0 ? 'All pages are fresh.' : `Written: ${stale.join(', ')}`);
}
