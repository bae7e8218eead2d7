// What a user gets who installs the client: packs it, installs it into an empty folder, counts what is there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, ROOT } from './workspace.mjs';

const PACKED = ['protocol', 'client'];

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  execFileSync(...npmCommand(args), { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}

/**
 * Packs the built packages and installs them as `npm install @millrace/client` would.
 *
 * @param {string} folder an empty one
 * @returns {string} where they are installed
 */
export function installPacked(folder) {
  const workspaces = PACKED.flatMap((name) => ['-w', name]);
  npm(['pack', '--silent', '--pack-destination', folder, ...workspaces], ROOT);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  const quiet = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  npm(['install', ...quiet, ...tarballs.map((name) => join(folder, name))], app);
  return app;
}

/**
 * @typedef {{ packages: number, files: number, bytes: number, own: { files: number, bytes: number } }} InstalledSize
 * @param {string} app
 * @returns {InstalledSize}
 */
export function installedSize(app) {
  const modules = join(app, 'node_modules');
  const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  const packages = Object.keys(lock.packages).length;
  return { packages, ...count(modules), own: count(join(modules, '@millrace')) };
}

/** @param {string} folder */
function count(folder) {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files += 1;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return { files, bytes };
}
