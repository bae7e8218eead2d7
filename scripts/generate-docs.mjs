// Writes the reference pages from the tables of the built packages, and code into the pages that show it; with --check it
// only compares. With paths it does those pages alone. A page is a path and a function that renders all of it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderCliReference } from '../cli/dist/index.js';
import { renderOpenApi } from '../gateway/dist/rest/openapi/render-open-api.js';
import { renderDecisions } from './docs/decisions-page.mjs';
import { renderErrorsReference } from './docs/errors-page.mjs';
import { excerptPages } from './docs/excerpts.mjs';
import { renderLimitsReference } from './docs/limits-page.mjs';
import { renderLogsReference } from './docs/logs-page.mjs';
import { renderMetricsReference } from './docs/metrics-page.mjs';
import { renderOptionsReference } from './docs/options-page.mjs';
import { renderProtocolReference } from './docs/protocol-page.mjs';
import { scenarioPages } from './docs/scenarios-pages.mjs';
import { ROOT } from './workspace.mjs';

/** @type {ReadonlyArray<{ path: string, render: () => string | Promise<string> }>} */
const PAGES = [
  { path: 'docs/adr/index.md', render: renderDecisions },
  { path: 'docs/reference/cli.md', render: renderCliReference },
  { path: 'docs/reference/errors.md', render: renderErrorsReference },
  { path: 'docs/reference/limits.md', render: renderLimitsReference },
  { path: 'docs/reference/logs.md', render: renderLogsReference },
  { path: 'docs/reference/metrics.md', render: renderMetricsReference },
  { path: 'docs/reference/openapi.json', render: renderOpenApi },
  { path: 'docs/reference/options.md', render: renderOptionsReference },
  { path: 'docs/reference/protocol.md', render: renderProtocolReference },
  ...scenarioPages(),
  ...excerptPages(),
];

const isCheck = process.argv.includes('--check');
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = asked.filter((path) => !PAGES.some((page) => page.path === path));
const stale = [];

for (const path of unknown)
  console.error(`${path}: not a page that is made, nor one that shows code`);
if (unknown.length > 0) process.exit(1);
for (const { path, render } of PAGES) {
  if (asked.length > 0 && !asked.includes(path)) continue;
  const file = join(ROOT, path);
  const text = await render();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (isCheck && stale.length > 0) {
  console.error(`Not as the tables and sources say: ${stale.join(', ')}. Run npm run docs.`);
  process.exitCode = 1;
} else {
  console.error(stale.length === 0 ? 'All pages are fresh.' : `Written: ${stale.join(', ')}`);
}
