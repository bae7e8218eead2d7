// npm run docs [-- --check]: writes the reference pages from the tables, or only compares them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT, runBuilt } from './workspace.mjs';

const GENERATOR = 'scripts/generate-docs.mjs';

if (!existsSync(join(ROOT, GENERATOR))) fail(`${GENERATOR} does not exist`);
await runBuilt(GENERATOR, process.argv.slice(2), ['tsconfig.json']);
