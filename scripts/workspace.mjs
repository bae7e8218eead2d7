// What every script here stands on: dependencies installed, packages built, tools started.
// Runs on bare Node with nothing installed. Whatever it starts writes to stderr, so that a
// script's own stdout stays clean in a pipe.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LOCK = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
const INSTALLED = join(MODULES, '.package-lock.json');
const STAMP = join(MODULES, '.millrace-lock');

/** The development tools: name, and the file in node_modules that Node runs. */
const TOOLS = {
  biome: '@biomejs/biome/bin/biome',
  knip: 'knip/bin/knip.js',
  oxlint: 'oxlint/bin/oxlint',
  publint: 'publint/src/cli.js',
  tsc: 'typescript/bin/tsc',
  vitest: 'vitest/vitest.mjs',
};

/**
 * Runs a program to its end. Its stdout goes to our stderr unless `stdout` is 'inherit'.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ stdout?: 'inherit' | undefined, env?: Record<string, string> | undefined }} [options]
 * @returns {number} the exit code; a program ended by a signal counts as 1
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', options.stdout ?? 2, 2],
    env: { ...process.env, ...options.env },
    shell: false,
  });
  if (result.error !== undefined) {
    console.error(`${command}: ${result.error.message}`);
    return 1;
  }
  return result.status ?? 1;
}

/**
 * Runs an installed development tool with this very Node.
 *
 * @param {keyof typeof TOOLS} tool
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runTool(tool, args, options) {
  return run(process.execPath, [join(MODULES, TOOLS[tool]), ...args], options);
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK)).digest('hex');
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash()) return true;
  return statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs;
}

/** Installs the dependencies when they are missing or older than the lock file. */
export function ensureInstalled() {
  if (!isInstalled()) {
    const fresh = !existsSync(INSTALLED);
    console.error('Installing dependencies...');
    // No dependency needs its install script: native code comes prebuilt. Development
    // dependencies are wanted even under NODE_ENV=production, for the compiler is one.
    const args = fresh ? ['ci'] : ['install', '--no-save'];
    args.push('--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
    const npm = process.env['npm_execpath'];
    const code = npm === undefined ? run('npm', args) : run(process.execPath, [npm, ...args]);
    if (code !== 0) fail('installing the dependencies failed');
  }
  const hash = lockHash();
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== hash) writeFileSync(STAMP, hash);
}

/**
 * Compiles what is out of date in these packages and in those they stand on.
 *
 * @param {readonly string[]} packages default: all
 */
export function ensureBuilt(packages = ['tsconfig.json']) {
  ensureInstalled();
  if (runTool('tsc', ['-b', ...packages]) !== 0) fail('the build failed');
}

/**
 * Builds what it needs, then runs a built program inside this process, so that signals, stdin and the exit
 * code are the program's own.
 *
 * @param {string} file path from the root, such as `broker/dist/bin.js`
 * @param {string[]} args
 * @param {readonly string[]} packages what it needs
 */
export async function runBuilt(file, args, packages) {
  ensureBuilt(packages);
  const path = join(ROOT, file);
  if (!existsSync(path)) fail(`${file} does not exist`);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}

/**
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  console.error(`millrace: ${message}`);
  process.exit(1);
}
