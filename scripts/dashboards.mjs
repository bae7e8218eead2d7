// npm run dashboards: writes Grafana's dashboards, deploy/grafana/dashboards/*.json, from the tables in scripts/dashboards.
// A test holds the files against the tables.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDashboards } from './dashboards/all.mjs';
import { ROOT } from './workspace.mjs';

const FOLDER = join(ROOT, 'deploy/grafana/dashboards');

mkdirSync(FOLDER, { recursive: true });
for (const [file, text] of renderDashboards()) writeFileSync(join(FOLDER, file), text);
