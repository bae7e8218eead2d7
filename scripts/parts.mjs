// Programs that are started together and ended together: each in a group of its own, so that Ctrl+C is passed on in order. Says on
// stdout what they are, a line each; what they print goes to stderr. It knows of none of them but the broker.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { fail, ROOT } from './workspace.mjs';

export const START_MS_MAX = 60_000;
const PORT_MAX = 65_535;
const END_MS_MAX = 30_000;

/** @typedef {{ name: string, child: import('node:child_process').ChildProcess, gone: Promise<string> }} Part */

/**
 * Resolves when somebody asks for the end, or nobody reads any more: the terminal is closed, or the pipe. One Ctrl+C may come twice,
 * from the terminal and from npm, which passes it on: none of them ends this process before its parts, which nobody else would end.
 *
 * @returns {Promise<undefined>}
 */
export function untilTold() {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => done(undefined));
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', () => done(undefined));
  });
}

/** Rejects with the first part that ends by itself. @param {readonly Part[]} parts @returns {Promise<never>} */
export async function anyEnd(parts) {
  const ends = parts.map(async ({ name, gone }) => `${name} ended by itself (${await gone})`);
  throw new Error(await Promise.race(ends));
}

/**
 * Broker with gateway.
 *
 * @param {Part[]} parts
 * @param {string} dataDir
 * @param {{ port: string, 'http-port': string, 'admin-port': string }} options
 */
export function startBroker(parts, dataDir, options) {
  const names = /** @type {const} */ (['port', 'http-port', 'admin-port']);
  const flags = names.flatMap((name) => [`--${name}`, options[name]]);
  const args = ['--initial-old-space-size=128', 'launcher/dist/bin.js', '--log-format', 'json'];
  const all = [...args, ...flags, '--data-dir', dataDir];
  const { child } = start(parts, 'broker', process.execPath, all, 'pipe');
  const lines = createInterface({
    input: /** @type {import('node:stream').Readable} */ (child.stdout),
  });
  const listening = new Promise((done, refuse) => {
    const timer = setTimeout(() => refuse(new Error('the broker did not start')), START_MS_MAX);
    lines.on('line', (line) => {
      process.stderr.write(`${line}\n`);
      if (!line.includes('"listening"')) return;
      clearTimeout(timer);
      done(JSON.parse(line));
    });
    lines.once('close', () => clearTimeout(timer));
  });
  return {
    listening: /** @type {Promise<{ port: number, httpPort: number, adminPort: number }>} */ (
      listening
    ),
  };
}

/**
 * @param {Part[]} parts
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {'pipe' | 2} [stdout]
 * @returns {Part}
 */
export function start(parts, name, command, args, stdout = 2) {
  // In a group of their own: Ctrl+C is ours to pass on, in order.
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', stdout, 2], detached: true });
  const gone = new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(String(code ?? signal)));
  });
  const part = { name, child, gone: /** @type {Promise<string>} */ (gone) };
  parts.push(part);
  return part;
}

/** Those that stand on others first. @param {readonly Part[]} parts */
export async function endAll(parts) {
  for (const { child, gone } of parts.toReversed()) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await gone;
    clearTimeout(timer);
  }
}

/**
 * What a program is told; ends the process where it is told wrong.
 *
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} O
 * @param {string} usage
 * @param {O} options those whose name ends in `port` take a port
 * @returns {ReturnType<typeof parseArgs<{ options: O }>>['values']}
 */
export function optionsOf(usage, options) {
  try {
    const { values } = parseArgs({ options });
    for (const [name, value] of Object.entries(values)) {
      if (!name.endsWith('port')) continue;
      const isPort = /^\d{1,5}$/.test(String(value)) && Number(value) <= PORT_MAX;
      if (!isPort) fail(`--${name}: '${value}' is no port`);
    }
    return values;
  } catch (error) {
    process.stderr.write(usage);
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** An option with a text. @param {string} fallback */
export function textOption(fallback) {
  return /** @type {const} */ ({ type: 'string', default: fallback });
}

/** @param {string} name @param {string} line */
export function say(name, line) {
  process.stdout.write(`${name.padEnd(12)} ${line}\n`);
}
