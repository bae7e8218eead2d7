// What every script here stands on: dependencies installed, packages built, tools started.
// Runs on bare Node with nothing installed. Whatever it starts writes to stderr, so that a
// script's own stdout stays clean in a pipe.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { compressAssets } from './compress-page.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LOCK = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
const INSTALLED = join(MODULES, '.package-lock.json');
const STAMP = join(MODULES, '.millrace-lock');

/** What serves the page, and so has it built. */
const SERVING = ['tsconfig.json', 'launcher', 'gateway'];
/** Says of which sources the page was made; removed by the bundler, as all of its folder, when it begins anew. */
const PAGE_STAMP = join(ROOT, 'dashboard/dist/.sources');

/** The development tools: name, and the file in node_modules that Node runs. */
const TOOLS = {
  biome: '@biomejs/biome/bin/biome',
  knip: 'knip/bin/knip.js',
  oxlint: 'oxlint/bin/oxlint',
  publint: 'publint/src/cli.js',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
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

/**
 * The npm that started this script, or the one on the path: a program and its arguments.
 *
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function npmCommand(args) {
  const npm = process.env['npm_execpath'];
  return npm === undefined ? ['npm', args] : [process.execPath, [npm, ...args]];
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
    if (run(...npmCommand(args)) !== 0) fail('installing the dependencies failed');
  }
  const hash = lockHash();
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== hash) writeFileSync(STAMP, hash);
}

/**
 * Compiles what is out of date in these packages and in those they stand on, and the page with them.
 *
 * @param {readonly string[]} packages default: all
 */
export function ensureBuilt(packages = ['tsconfig.json']) {
  ensureInstalled();
  if (runTool('tsc', ['-b', ...packages]) !== 0) fail('the build failed');
  if (packages.some((name) => SERVING.includes(name))) ensurePageBuilt();
}

/** Bundles the page, unless what is there was made of these very sources. */
export function ensurePageBuilt() {
  const made = pageSourcesHash();
  if (existsSync(PAGE_STAMP) && readFileSync(PAGE_STAMP, 'utf8') === made) return;
  const code = runTool('vite', ['build', '--logLevel=warn', join(ROOT, 'dashboard')]);
  if (code !== 0) fail('building the page failed');
  compressAssets(join(ROOT, 'dashboard/dist/assets'));
  writeFileSync(PAGE_STAMP, made);
}

/** Of every file that the page is made of, and of the versions of its libraries. */
function pageSourcesHash() {
  const hash = createHash('sha256');
  const folder = join(ROOT, 'dashboard');
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const others = ['index.html', 'vite.config.ts', 'package.json'].map((name) => join(folder, name));
  const made = fileURLToPath(new URL('compress-page.mjs', import.meta.url));
  for (const path of [...sources.toSorted(), ...others, made, LOCK]) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
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

/**
 * The options of a script that takes no other arguments. `--help` prints what its first comment says and ends it with 0, options that
 * there are not the same with 2.
 *
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} T
 * @param {T} options
 * @returns {ReturnType<typeof parseArgs<{ options: T }>>['values']}
 */
export function optionsOf(options) {
  const [, script = ''] = process.argv;
  const head = /^(?:\/\/.*\n)+/.exec(readFileSync(script, 'utf8'))?.[0] ?? '';
  const usage = head.replaceAll(/^\/\/ ?/gm, '');
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${usage}`);
    return process.exit(2);
  }
}
