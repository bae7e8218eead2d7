// npm run site -- build|dev|preview [options of VitePress]: the documents as a site. Installs its program where it is missing.
// `build` also looks at what it made: every link of every page leads to a file, and to a heading that is in it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFaults } from '../site/check-built.mjs';
import { fail, npmCommand, ROOT, run } from './workspace.mjs';

const SITE = join(ROOT, 'site');
const DIST = join(SITE, '.vitepress/dist');
const PROGRAM = join(SITE, 'node_modules/vitepress/bin/vitepress.js');
const STAMP = join(SITE, 'node_modules/.millrace-lock');

function ensureSiteInstalled() {
  const lock = readFileSync(join(SITE, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const isFresh = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;
  if (isFresh && existsSync(PROGRAM)) return;
  console.error('Installing VitePress...');
  const args = ['ci', '--prefix', SITE, '--ignore-scripts', '--no-audit', '--no-fund'];
  if (run(...npmCommand(args)) !== 0) fail('installing the program of the site failed');
  writeFileSync(STAMP, hash);
}

const [command = '', ...options] = process.argv.slice(2);
if (!['build', 'dev', 'preview'].includes(command)) {
  console.error('Usage: npm run site -- build|dev|preview [options of VitePress]');
  process.exit(2);
}
ensureSiteInstalled();
if (command === 'build') {
  rmSync(DIST, { recursive: true, force: true });
  const args = [PROGRAM, 'build', SITE, ...options];
  if (run(process.execPath, args, { stdout: 'inherit' }) !== 0) fail('the site was not built');
  const { pages, links, faults } = builtFaults(DIST, process.env['MILLRACE_SITE_BASE'] ?? '/');
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) fail(`${faults.length} links of the site lead nowhere`);
  console.log(`${pages} pages in site/.vitepress/dist; ${links} links lead where they say.`);
} else {
  // In this very process: whoever ends it ends the server, with nothing left behind.
  process.argv = [process.execPath, PROGRAM, command, SITE, ...options];
  await import(pathToFileURL(PROGRAM).href);
}
